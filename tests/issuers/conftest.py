"""Fixtures: a tenant with two collections of documents whose issuers are given, an editor, and readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

import app.documents.models  # noqa: F401  audit rows and grants refer to these tables, so SQLAlchemy needs them
from app.access.collections.schemas import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.documents.issuer_rows import describe_issuer
from app.documents.issuers import issuer_aliases, normalise_issuer
from app.documents.metadata import DocumentMetadata, FieldSource, NameKind, NameReading, Origin
from app.documents.models import Document, DocumentVersion
from app.identity.service import TenantAdmin
from app.issuers.names import Issuer
from app.issuers.reading import find_issuers


def read_names(
    issuer: str, *others: tuple[NameKind, str], confidence: float = 0.95, kind: NameKind = NameKind.COVER
) -> DocumentMetadata:
    """Return the metadata of a document with an issuer, and other names and identifiers that it gives."""
    names = [NameReading(issuer, kind, 1, 0, len(issuer), confidence)]
    names += [NameReading(name, of, 2, 5, 5 + len(name), 0.9) for of, name in others]
    return DocumentMetadata(
        title="",
        issuer=issuer,
        issuer_aliases=issuer_aliases(issuer),
        sources={"issuer": FieldSource(Origin.TEXT, confidence, issuer, page=1, start=0, end=len(issuer))},
        names=tuple(names),
    )


@dataclass
class Shelf:
    """A tenant with the collections `ours` and `walled`. `editor` may edit both, and `reader` may read only `ours`."""

    database: object
    editor: Principal
    reader: Principal
    ours: UUID
    walled: UUID

    @property
    def tenant(self) -> UUID:
        return self.editor.tenant_id

    def grant(self, user: Principal, collection: UUID, level: int) -> None:
        grant = NewGrant(
            user_id=user.user_id,
            group_id=None,
            collection_id=collection,
            document_id=None,
            level=level,
            expires_at=None,
        )
        AccessService(database=self.database.api).create_grant(self.editor, grant)

    def sql(self, statement: str, **values: object) -> list[tuple]:
        with self.database.worker.transaction(system_principal(self.tenant)) as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def file(self, metadata: DocumentMetadata, collection: UUID | None = None, *, facts: int = 3) -> UUID:
        """Store a document with its issuer's names, as publishing does."""
        document, version, now = new_id(), new_id(), SystemClock().now()
        with self.database.worker.transaction(system_principal(self.tenant)) as session:
            made = Document(
                id=document,
                tenant_id=self.tenant,
                collection_id=collection or self.ours,
                access_class_id=0,
                content_sha256=document.hex,
                title=f"{metadata.issuer} 10-K",
                filename="made.html",
                revision=1,
                created_at=now,
                created_by=self.editor.user_id,
                updated_at=now,
            )
            session.add(made)
            session.flush()
            session.add(
                DocumentVersion(
                    id=version,
                    tenant_id=self.tenant,
                    document_id=document,
                    number=1,
                    status="ready",
                    content_sha256=document.hex,
                    size_bytes=1,
                    fact_count=facts,
                    created_at=now,
                    created_by=self.editor.user_id,
                )
            )
            session.flush()
            made.current_version_id = version
            describe(made, metadata)
        return document

    def file_again(self, document: UUID, metadata: DocumentMetadata) -> None:
        """Replace the names of a document, as publishing a better reading does."""
        with self.database.worker.transaction(system_principal(self.tenant)) as session:
            describe(session.get_one(Document, document), metadata)

    def find(self, *names: str, by: Principal | None = None) -> tuple[Issuer, ...]:
        with self.database.api.transaction(by or self.editor) as session:
            return find_issuers(session, [normalise_issuer(name) for name in names])

    def documents_of(self, issuer: Issuer) -> set[UUID]:
        """Return all documents of an issuer's records."""
        found = self.sql("SELECT id FROM documents WHERE issuer_id = ANY(:ids)", ids=list(issuer.ids))
        return {document for (document,) in found}


def describe(document: Document, metadata: DocumentMetadata) -> None:
    document.issuer = metadata.issuer
    document.issuer_key = normalise_issuer(metadata.issuer or "") or None
    document.issuer_aliases = describe_issuer(metadata)


def make_shelf(database: object) -> Shelf:
    admin = TenantAdmin(owner=database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    editor, reader = (
        Principal(tenant, admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name=name, roles=roles)[0])
        for name, roles in (("Editor", [Role.EDITOR]), ("Reader", [Role.ANALYST]))
    )
    access = AccessService(database=database.api)
    ours, walled = (access.create_collection(editor, name=name).id for name in ("Ours", "Walled"))
    shelf = Shelf(database, editor, reader, ours, walled)
    shelf.grant(reader, ours, 1)
    return shelf


@pytest.fixture
def shelf(shared_database) -> Shelf:
    return make_shelf(shared_database)


Names = Sequence[tuple[NameKind, str]]

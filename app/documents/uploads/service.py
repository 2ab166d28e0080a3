"""Stores uploads: writes the file as it arrives, then creates document, version and run in one short transaction."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.collections.service import AccessService
from app.access.errors import ContentExistsError
from app.access.models import Collection
from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.constraints import UNIQUE_VIOLATION, translated_violations
from app.db.session import Database
from app.documents.errors import (
    DocumentNotFoundError,
    NotEditableError,
    UploadClearedError,
    UploadEmptyError,
)
from app.documents.metadata import DocumentType
from app.documents.models import PASSWORD_PURPOSE, Document, DocumentVersion
from app.documents.read_audit import record_read
from app.documents.repository import DocumentRepository
from app.documents.uploads.filenames import clean_filename, title_of
from app.identity.holding import hold_key
from app.jobs.plan import Priority
from app.jobs.service import RunService
from app.jobs.states import RunView
from app.observability.tracing import inject_context
from app.storage.holding import hold_blob
from app.storage.port import BlobStore, BlobWriter, StoredBlob
from app.storage.sealing import Sealer


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A stored file with the metadata given by its uploader."""

    blob: StoredBlob
    filename: str
    title: str | None = None
    password: str | None = None
    source: str | None = None
    document_type: DocumentType | None = None
    priority: Priority = Priority.BULK


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A document and its ingestion run; `is_new` is False if the file was already stored."""

    document: Document
    version: DocumentVersion
    run: RunView | None
    is_new: bool


class UploadService:
    """Stores uploads under the principal's permissions. `max_bytes` is the size limit of a file."""

    def __init__(
        self,
        *,
        database: Database,
        access: AccessService,
        runs: RunService,
        blobs: BlobStore,
        sealer: Sealer,
        clock: Clock,
        max_bytes: int,
    ) -> None:
        self._database = database
        self._access = access
        self._runs = runs
        self._blobs = blobs
        self._sealer = sealer
        self._clock = clock
        self.max_bytes = max_bytes

    def open_writer(self, principal: Principal) -> AbstractContextManager[BlobWriter]:
        """Open a writer for the file's bytes. Without `commit`, nothing is stored."""
        return self._blobs.writer(principal.tenant_id, max_bytes=self.max_bytes)

    def check_collection(self, principal: Principal, reference: str) -> UUID:
        """Return the id of the collection with this id or name, if the principal may upload to it.

        Raises CollectionNotFoundError, NotEditableError.
        """
        collection = self._access.resolve_collection(principal, reference)
        with self._database.transaction(principal) as session:
            if not DocumentRepository(session).is_editable(collection.access_class_id):
                raise NotEditableError
        return collection.id

    def digest_password(self, principal: Principal, file: UploadedFile) -> str:
        """Return a keyed digest of the file's password, for records that must not contain the password; "" if there is
        none.
        """
        if not file.password:
            return ""
        return self._sealer.digest(principal.tenant_id, PASSWORD_PURPOSE, file.password.encode())

    def check_document(self, principal: Principal, document_id: UUID) -> None:
        """Check that the principal may add a version. Raises DocumentNotFoundError, NotEditableError."""
        with self._database.transaction(principal) as session:
            _check_editable(session, document_id)

    def check_repeated(self, principal: Principal, document_id: UUID) -> None:
        """Check access before an upload's response is replayed, and record the read.

        Raises DocumentNotFoundError, NotEditableError.
        """
        with self._database.transaction(principal) as session:
            _check_editable(session, document_id)
            record_read(session, principal, document_id)

    def add_document(self, principal: Principal, collection_id: UUID, file: UploadedFile) -> Uploaded:
        """Create a document, or return the collection's existing one with the same bytes. If the existing one failed,
        or was published before tables were stored, its ingestion is repeated.

        Raises UploadEmptyError, CollectionNotFoundError, NotEditableError, UploadClearedError, KeyRevokedError,
        KeyExpiredError, and DocumentNotFoundError if the existing document was deleted or hidden during the upload.
        """
        _check_not_empty(file)
        collection = self._access.get_collection(principal, collection_id)
        password = self._seal(principal, file.password)
        values = self._document_values(principal, collection, file)
        with self._database.transaction(principal) as session:
            hold_key(session, principal, self._clock.now())
            repository = DocumentRepository(session)
            if not repository.is_editable(collection.access_class_id):
                raise NotEditableError
            self._protect_blob(session, principal, file)
            existing = repository.find_by_content(collection_id, file.blob.digest)
            if existing is None and not repository.insert_document(values):
                existing = repository.find_by_content(collection_id, file.blob.digest)
                if existing is None:
                    raise DocumentNotFoundError
            if existing is not None:
                return self._retry_or_return(session, principal, existing, password, file.priority)
            version = self._add_version(session, principal, UUID(str(values["id"])), file, password, number=1)
            self._audit_entitlement_fields(session, principal, values["id"], file)
            run = self._start(session, principal, version, file.priority)
            document = repository.get_document(version.document_id)
        return Uploaded(document=document, version=version, run=run, is_new=True)

    def add_version(self, principal: Principal, document_id: UUID, file: UploadedFile) -> Uploaded:
        """Add a version. If the newest version has the same bytes, it is returned; if it failed, or was published
        before tables were stored, its ingestion is repeated.

        Raises UploadEmptyError, DocumentNotFoundError, NotEditableError, ContentExistsError, UploadClearedError,
        KeyRevokedError, KeyExpiredError.
        """
        _check_not_empty(file)
        password = self._seal(principal, file.password)
        with (
            translated_violations({UNIQUE_VIOLATION: ContentExistsError}),
            self._database.transaction(principal) as session,
        ):
            hold_key(session, principal, self._clock.now())
            repository = DocumentRepository(session)
            document = repository.get_document(document_id)
            if not repository.is_editable(document.access_class_id):
                raise NotEditableError
            self._protect_blob(session, principal, file)
            # Lock the row until the commit, so that concurrent uploads get different version numbers.
            if not repository.lock_document(document_id):
                raise DocumentNotFoundError
            if document.content_sha256 == file.blob.digest:
                return self._retry_or_return(session, principal, document, password, file.priority)
            if repository.find_by_content(document.collection_id, file.blob.digest) is not None:
                raise ContentExistsError
            values = {"content_sha256": file.blob.digest, "updated_at": self._clock.now()}
            repository.update_document(document_id, revision=document.revision, values=values)
            newest = repository.get_newest_version(document_id)
            version = self._add_version(session, principal, document_id, file, password, number=newest.number + 1)
            run = self._start(session, principal, version, file.priority)
            document = repository.reload(document)
        return Uploaded(document=document, version=version, run=run, is_new=True)

    def _protect_blob(self, session: Session, principal: Principal, file: UploadedFile) -> None:
        """Protect the stored bytes from garbage collection until the commit. Raises UploadClearedError."""
        hold_blob(session, principal.tenant_id, file.blob.digest)
        if not self._blobs.exists(principal.tenant_id, file.blob.digest):
            raise UploadClearedError

    def _retry_or_return(
        self,
        session: Session,
        principal: Principal,
        document: Document,
        password: bytes | None,
        priority: Priority,
    ) -> Uploaded:
        repository = DocumentRepository(session)
        version = repository.get_newest_version(document.id)
        if repository.retry_version(version.id, sealed_password=password):
            session.expire(version)
            version = repository.get_newest_version(document.id)
            run = self._start(session, principal, version, priority)
            return Uploaded(document=document, version=version, run=run, is_new=True)
        is_read = version.status != "ready" or None not in (version.table_count, version.fact_count)
        if not is_read:
            repository.lock_document(document.id)  # so that concurrent uploads start one run
        latest = self._runs.find_latest_run(session, version.id)
        if not is_read and (latest is None or latest.status.is_final):
            # An older version of Footnote published it. It stays searchable while it is read again.
            run = self._start(session, principal, version, priority)
            return Uploaded(document=document, version=version, run=run, is_new=True)
        record_read(session, principal, document.id)
        return Uploaded(document=document, version=version, run=latest, is_new=False)

    @staticmethod
    def _audit_entitlement_fields(
        session: Session, principal: Principal, document_id: object, file: UploadedFile
    ) -> None:
        for action, value in (("documents.source.set", file.source), ("documents.type.set", file.document_type)):
            if value is not None:
                detail = {"before": None, "after": value}
                record(session, principal, action, object_type="document", object_id=document_id, detail=detail)

    def _add_version(
        self,
        session: Session,
        principal: Principal,
        document_id: UUID,
        file: UploadedFile,
        password: bytes | None,
        *,
        number: int,
    ) -> DocumentVersion:
        values = {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "document_id": document_id,
            "number": number,
            "status": "processing",
            "content_sha256": file.blob.digest,
            "size_bytes": file.blob.size_bytes,
            "sealed_password": password,
            "created_at": self._clock.now(),
            "created_by": principal.user_id,
        }
        DocumentRepository(session).insert_version(values)
        return DocumentVersion(**values)

    def _start(self, session: Session, principal: Principal, version: DocumentVersion, priority: Priority) -> RunView:
        run = self._runs.start_run(
            session,
            tenant_id=principal.tenant_id,
            document_id=version.document_id,
            version_id=version.id,
            created_by=principal.user_id,
            trace_context=inject_context() or None,
            priority=priority,
        )
        record(
            session,
            principal,
            "documents.version.uploaded",
            object_type="document",
            object_id=version.document_id,
            detail={"version_id": str(version.id), "number": version.number, "size_bytes": version.size_bytes},
        )
        return run

    def _document_values(self, principal: Principal, collection: Collection, file: UploadedFile) -> dict[str, Any]:
        filename = clean_filename(file.filename)
        now = self._clock.now()
        given = {"title": file.title, "document_type": file.document_type}
        sources = {name: {"by": "editor"} for name, value in given.items() if value}
        return {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "collection_id": collection.id,
            "access_class_id": collection.access_class_id,
            "content_sha256": file.blob.digest,
            "title": file.title or title_of(filename),
            "filename": filename,
            "source": file.source,
            "document_type": file.document_type,
            "metadata_sources": sources or None,
            "revision": 1,
            "created_at": now,
            "created_by": principal.user_id,
            "updated_at": now,
        }

    def _seal(self, principal: Principal, password: str | None) -> bytes | None:
        if not password:
            return None
        return self._sealer.seal(principal.tenant_id, PASSWORD_PURPOSE, password.encode())


def _check_editable(session: Session, document_id: UUID) -> None:
    repository = DocumentRepository(session)
    if not repository.is_editable(repository.get_document(document_id).access_class_id):
        raise NotEditableError


def _check_not_empty(file: UploadedFile) -> None:
    if file.blob.size_bytes == 0:
        raise UploadEmptyError

"""Reads and edits documents: lists, pages, files and metadata. Every read of content is audited."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.collections.moving import Mover
from app.access.errors import ContentExistsError
from app.audit.service import record, record_change
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.constraints import UNIQUE_VIOLATION, translated_violations
from app.db.session import Database
from app.documents.content.parsed import DeletedText, Mark, Words
from app.documents.content.parsed_codec import decode_deleted, decode_marks, decode_words
from app.documents.dead_letters.repository import DeadLetter, DeadLetterRepository
from app.documents.errors import NotEditableError
from app.documents.filters import NEWEST_FIRST, DocumentFilters, IssuerFinder, SortOrder
from app.documents.issuers import issuer_aliases, normalise_issuer
from app.documents.models import Document, DocumentVersion, Page, policy_of
from app.documents.read_audit import record_read
from app.documents.repository import DocumentRepository
from app.storage.port import BlobStore


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its newest version, and the dead letter of that version if it failed."""

    document: Document
    newest: DocumentVersion
    dead_letter: DeadLetter | None = None


@dataclass(frozen=True, slots=True)
class ChosenDocument:
    """A document with what the principal may do with it: `may_edit` includes replacing and deleting it."""

    view: DocumentView
    may_edit: bool
    may_move: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """A page with its words, footnote marks and deleted text."""

    page: Page
    version_id: UUID
    is_filed_as_html: bool
    words: Words
    marks: tuple[Mark, ...]
    deleted: tuple[DeletedText, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A version's file; `DocumentService.open_file` returns its bytes."""

    filename: str
    version: DocumentVersion


class DocumentService:
    """Reads and edits documents under the principal's permissions. A document that the principal may not see counts as
    absent.
    """

    def __init__(self, *, database: Database, blobs: BlobStore, clock: Clock, issuers: IssuerFinder) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._issuers = issuers

    def list_documents(
        self, principal: Principal, page: PageRequest, filters: DocumentFilters, order: SortOrder = NEWEST_FIRST
    ) -> PageOf[DocumentView]:
        """List documents, by default newest first.

        Raises InvalidCursorError, also if the last document of the page before is no longer visible.
        """
        after = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            records = () if filters.issuer is None else self._issuers.find_records(session, filters.issuer)
            found = repository.list_documents(filters, records, after=after, limit=page.limit + 1, order=order)
            items = found[: page.limit]
            newest = repository.list_newest_versions([document.id for document in items])
            letters = _find_letters(session, list(newest.values()))
        views = [DocumentView(document, newest[document.id], letters.get(document.id)) for document in items]
        more = len(found) > page.limit
        return PageOf(items=views, next_cursor=encode_cursor(str(items[-1].id)) if more else None)

    def get_document(self, principal: Principal, document_id: UUID) -> DocumentView:
        """Return a document, and record the read. Raises DocumentNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            document = repository.get_document(document_id)
            record_read(session, principal, document_id)
            newest = repository.get_newest_version(document_id)
            return DocumentView(document, newest, _find_letters(session, [newest]).get(document_id))

    def update_document(
        self, principal: Principal, document_id: UUID, *, revision: int | None, fields: Mapping[str, Any]
    ) -> DocumentView:
        """Set fields as an editor. Parsing the file again does not overwrite them. A new `collection_id` moves the
        document, which only owners may do.

        Raises DocumentNotFoundError, NotEditableError, CollectionNotFoundError, MoveLeavesBarrierError,
        ContentExistsError; PreconditionFailedError if `revision` is outdated (None skips the check).
        """
        metadata = {name: value for name, value in fields.items() if name != "collection_id"}
        with (
            translated_violations({UNIQUE_VIOLATION: ContentExistsError}),
            self._database.transaction(principal) as session,
        ):
            repository = DocumentRepository(session)
            # This locks the row only if it is editable; otherwise the checks below raise the right error.
            repository.lock_document(document_id)
            document = repository.get_document(document_id)
            if not repository.is_editable(document.access_class_id):
                raise NotEditableError
            if revision is not None and document.revision != revision:
                raise PreconditionFailedError
            if metadata:
                document = self._edit(session, principal, document, metadata)
            moves = fields.get("collection_id", document.collection_id) != document.collection_id
            if moves:
                Mover(session, principal).move_document(document_id, fields["collection_id"])
                document = repository.reload(document)
            if not (metadata or moves):
                record_read(session, principal, document_id)
            return DocumentView(document, repository.get_newest_version(document_id))

    def _edit(self, session: Session, principal: Principal, document: Document, fields: Mapping[str, Any]) -> Document:
        repository = DocumentRepository(session)
        read_from_files = fields.keys() - {"source"}
        sources = dict(document.metadata_sources or {}) | {name: {"by": "editor"} for name in read_from_files}
        values = {**fields, "metadata_sources": sources, "updated_at": self._clock.now()}
        if "issuer" in fields:
            name = fields["issuer"]
            values["issuer_key"] = normalise_issuer(name) if name else None
            values["issuer_aliases"] = {"names": list(issuer_aliases(name))} if name else None
        before = policy_of(document)
        if not repository.update_document(document.id, revision=document.revision, values=values):
            raise PreconditionFailedError
        document = repository.reload(document)
        detail: dict[str, object] = {"fields": sorted(fields), "revision": document.revision}
        if before != policy_of(document):
            detail |= {"before": before, "after": policy_of(document)}
        record(
            session,
            principal,
            "documents.metadata.edited",
            object_type="document",
            object_id=document.id,
            detail=detail,
        )
        return document

    def delete_document(self, principal: Principal, document_id: UUID) -> None:
        """Delete a document. Later transactions no longer list, search or cite it.

        Raises DocumentNotFoundError, NotEditableError.
        """
        with self._database.transaction(principal) as session:
            repository = DocumentRepository(session)
            before = {**policy_of(repository.get_document(document_id)), "deleted": False}
            if not repository.delete_document(document_id):
                raise NotEditableError
            record_change(
                session,
                principal,
                "documents.document.deleted",
                object_type="document",
                object_id=document_id,
                before=before,
                after={"deleted": True},
            )

    def list_chosen(self, principal: Principal, document_ids: Collection[UUID]) -> list[ChosenDocument]:
        """Return those of the documents that the principal may see, in the order of the ids, with the principal's
        rights. The caller limits their number.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            rights = repository.list_rights(document_ids)
            newest = repository.list_newest_versions(list(rights))
            letters = _find_letters(session, list(newest.values()))
        return [
            ChosenDocument(
                DocumentView(document, newest[each], letters.get(each)), may_edit=may_edit, may_move=may_edit and owns
            )
            for each in dict.fromkeys(document_ids)
            if each in rights and each in newest
            for document, may_edit, owns in (rights[each],)
        ]

    def name_uploaders(self, principal: Principal, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Map the ids of users to names, as far as the principal may see them: everybody sees only their own."""
        with self._database.transaction(principal) as session:
            return DocumentRepository(session).name_users(user_ids)

    def list_versions(self, principal: Principal, document_id: UUID, page: PageRequest) -> PageOf[DocumentVersion]:
        """List a document's versions, newest first. Raises DocumentNotFoundError, InvalidCursorError."""
        after = page.after()
        if after is not None and not (after.isascii() and after.isdigit() and len(after) <= 9):
            raise InvalidCursorError
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            repository.get_document(document_id)
            found = repository.list_versions(
                document_id, before=None if after is None else int(after), limit=page.limit + 1
            )
        items = found[: page.limit]
        return PageOf(
            items=items, next_cursor=encode_cursor(str(items[-1].number)) if len(found) > page.limit else None
        )

    def get_version(self, principal: Principal, document_id: UUID, version_id: UUID) -> DocumentVersion:
        """Return a version of a document. Raises DocumentNotFoundError, VersionNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            return DocumentRepository(session).get_version(document_id, version_id)

    def get_page(self, principal: Principal, document_id: UUID, version_id: UUID | None, number: int) -> PageView:
        """Return a page of a version, by default of the searchable version.

        Raises DocumentNotFoundError, VersionNotFoundError, PageNotFoundError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            version = repository.get_version(document_id, version_id)
            page = repository.get_page(version.id, number)
            record(
                session,
                principal,
                "documents.page.read",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id), "page": number},
            )
        return PageView(
            page=page,
            version_id=version.id,
            is_filed_as_html=version.media_type == "text/html",
            words=decode_words(bytes(page.words)),
            marks=decode_marks(page.marks, len(page.text)),
            deleted=decode_deleted(page.deleted, len(page.text)),
        )

    def get_file(self, principal: Principal, document_id: UUID, version_id: UUID | None) -> FileView:
        """Return a version's file and record the read. Raises DocumentNotFoundError, VersionNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            version = repository.get_version(document_id, version_id)
            record(
                session,
                principal,
                "documents.file.read",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id)},
            )
            return FileView(filename=repository.get_document(document_id).filename, version=version)

    def open_file(self, file: FileView) -> AbstractContextManager[BinaryIO]:
        """Open a file returned by `get_file`. Raises BlobMissingError, StorageUnavailableError."""
        return self._blobs.open(file.version.tenant_id, file.version.content_sha256)


def _find_letters(session: Session, newest: Sequence[DocumentVersion]) -> dict[UUID, DeadLetter]:
    failed = {version.document_id: version.id for version in newest if version.status == "failed"}
    if not failed:
        return {}
    found = DeadLetterRepository(session).find_letters(list(failed))
    return {document_id: letter for document_id, letter in found.items() if letter.version_id == failed[document_id]}

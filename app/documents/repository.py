"""SQL of documents. All queries run under row-level security."""

from collections.abc import Collection as Container
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    CursorResult,
    Select,
    String,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.access.models import Collection, CollectionLabel, DocumentLabel
from app.core.pagination import InvalidCursorError
from app.documents.errors import DocumentNotFoundError, PageNotFoundError, VersionNotFoundError
from app.documents.filters import NEWEST_FIRST, DocumentFilters, SortKey, SortOrder
from app.documents.issuers import normalise_issuer
from app.documents.models import Document, DocumentVersion, Page
from app.identity.models import User


def get_document(session: Session, document_id: UUID) -> Document:
    """Return the document if the session's principal may see it. Raises DocumentNotFoundError."""
    found = session.scalar(select(Document).where(Document.id == document_id, Document.deleted_at.is_(None)))
    if found is None:
        raise DocumentNotFoundError
    return found


NEWEST_STATUS = (
    select(DocumentVersion.status)
    .where(DocumentVersion.document_id == Document.id)
    .order_by(DocumentVersion.number.desc())
    .limit(1)
    .scalar_subquery()
)
"""SQL for a document's status, which is the status of its newest version."""


def list_conditions(filters: DocumentFilters, records: Container[UUID]) -> list[ColumnElement[bool]]:
    """Return the SQL conditions of the filters. `records` are those of the filter's issuer."""
    wanted: list[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], Any]] = [
        (Document.collection_id, filters.collection_id),
        (Document.document_type, filters.document_type),
        (Document.source, filters.source),
        (Document.fiscal_year, filters.fiscal_year),
        (Document.fiscal_period, filters.fiscal_period),
        (NEWEST_STATUS, filters.status),
        (Document.filename, filters.filename),
    ]
    conditions = [column == value for column, value in wanted if value is not None]
    if filters.issuer is not None:
        # Documents that were published before issuers had records have none.
        by_key = and_(Document.issuer_id.is_(None), Document.issuer_key == normalise_issuer(filters.issuer))
        conditions.append(or_(Document.issuer_id.in_(list(records)), by_key))
    if filters.words is not None:
        conditions += [_is_named(word) for word in filters.words.split()[:_MOST_WORDS]]
    if filters.label_id is not None:
        own = select(DocumentLabel.document_id).where(DocumentLabel.label_id == filters.label_id)
        around = labelled_collections(filters.label_id)
        conditions.append(or_(Document.id.in_(own), Document.collection_id.in_(select(around.c.collection_id))))
    return conditions


def _is_named(word: str) -> ColumnElement[bool]:
    columns = (Document.title, Document.issuer, Document.filename)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def labelled_collections(label_id: UUID | None = None) -> CTE:
    """Return the query of (label_id, collection_id) for each label, or for one, and each collection inside a collection
    with it, as far as the principal may see both.
    """
    marked = select(CollectionLabel.label_id, CollectionLabel.collection_id)
    if label_id is not None:
        marked = marked.where(CollectionLabel.label_id == label_id)
    around = marked.cte("labelled" if label_id is None else "of_label", recursive=True)
    inside = select(around.c.label_id, Collection.id).join(Collection, Collection.parent_id == around.c.collection_id)
    return around.union(inside)


def _sort_keys(order: SortOrder) -> list[ColumnElement[Any]]:
    """Return the expressions to sort by; none of them is null."""

    def of(*columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> list[ColumnElement[Any]]:
        # Documents without a value come last in both directions.
        is_last = columns[0].is_not(None) if order.is_descending else columns[0].is_(None)
        return [is_last, *(func.coalesce(column, _NOTHING[column.type.python_type]) for column in columns)]

    keys: dict[SortKey, list[ColumnElement[Any]]] = {
        SortKey.ADDED: [],
        SortKey.TITLE: [
            func.lower(func.left(Document.title, literal_column("200")), type_=String)
        ],  # as in ix_documents_title
        SortKey.ISSUER: of(func.lower(Document.issuer, type_=String)),
        SortKey.PERIOD: of(Document.fiscal_year, Document.period_end),
        SortKey.FILED: of(Document.filing_date),
    }
    return [*keys[order.key], Document.id.expression]


_USERS = select(User.id, User.name)
_NOTHING: Mapping[type, object] = {str: "", int: 0, date: date.min}
_MOST_WORDS = 8


class DocumentRepository:
    """Reads and writes the documents, versions and pages that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_document(self, document_id: UUID) -> bool:
        """Lock and reload the row. Returns False if it is not visible, not editable, or deleted."""
        query = select(Document).where(Document.id == document_id, Document.deleted_at.is_(None)).with_for_update()
        return self._session.scalar(query.execution_options(populate_existing=True)) is not None

    def get_document(self, document_id: UUID) -> Document:
        return get_document(self._session, document_id)

    def reload(self, document: Document) -> Document:
        """Reload the row after a write. Raises DocumentNotFoundError if it is no longer visible."""
        document_id = document.id
        self._session.expire(document)
        return self.get_document(document_id)

    def get_newest_version(self, document_id: UUID) -> DocumentVersion:
        """Return the newest version. Raises DocumentNotFoundError.

        Every document has a version. If none is found, the document is no longer visible.
        """
        newest = self.list_newest_versions([document_id]).get(document_id)
        if newest is None:
            raise DocumentNotFoundError
        return newest

    def get_version(self, document_id: UUID, version_id: UUID | None) -> DocumentVersion:
        """Return a version. If `version_id` is None, return the searchable version, or the newest one if none is
        searchable yet.

        Raises DocumentNotFoundError, VersionNotFoundError.
        """
        document = self.get_document(document_id)
        if version_id is None:
            version_id = document.current_version_id
        if version_id is None:
            return self.get_newest_version(document_id)
        query = select(DocumentVersion).where(
            DocumentVersion.id == version_id, DocumentVersion.document_id == document_id
        )
        found = self._session.scalar(query)
        if found is None:
            raise VersionNotFoundError
        return found

    def list_documents(
        self,
        filters: DocumentFilters,
        records: Container[UUID],
        *,
        after: UUID | None,
        limit: int,
        order: SortOrder = NEWEST_FIRST,
    ) -> Sequence[Document]:
        """List documents in an order, by default newest first (ids are ordered by time). `records` are those of the
        filter's issuer, and `after` is the last document of the page before.

        Raises InvalidCursorError if the sort key of `after` is needed, but it is no longer visible.
        """
        keys = _sort_keys(order)
        query: Select[Document] = select(Document).where(Document.deleted_at.is_(None)).limit(limit)
        query = query.order_by(*(key.desc() if order.is_descending else key.asc() for key in keys))
        if after is not None:
            last = tuple_(*map(literal, self._sort_key_of(after, keys)))
            query = query.where(tuple_(*keys) < last if order.is_descending else tuple_(*keys) > last)
        query = query.where(*list_conditions(filters, records))
        return self._session.scalars(query).all()

    def list_ids(self, filters: DocumentFilters, *, limit: int) -> Sequence[UUID]:
        """List the ids of documents that match filters other than the issuer's, newest first."""
        query = select(Document.id).where(Document.deleted_at.is_(None), *list_conditions(filters, ()))
        return self._session.scalars(query.order_by(Document.id.desc()).limit(limit)).all()

    def _sort_key_of(self, document_id: UUID, keys: Sequence[ColumnElement[Any]]) -> Sequence[Any]:
        if len(keys) == 1:
            return [document_id]
        found = self._session.execute(select(*keys).where(Document.id == document_id)).one_or_none()
        if found is None:
            raise InvalidCursorError
        return found

    def list_newest_versions(self, document_ids: Sequence[UUID]) -> dict[UUID, DocumentVersion]:
        query = (
            select(DocumentVersion)
            .where(DocumentVersion.document_id.in_(document_ids))
            .ext(distinct_on(DocumentVersion.document_id))
            .order_by(DocumentVersion.document_id, DocumentVersion.number.desc())
        )
        return {version.document_id: version for version in self._session.scalars(query)}

    def list_versions(self, document_id: UUID, *, before: int | None, limit: int) -> Sequence[DocumentVersion]:
        """List a document's versions, newest first."""
        query = (
            select(DocumentVersion)
            .where(DocumentVersion.document_id == document_id)
            .order_by(DocumentVersion.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(DocumentVersion.number < before)
        return self._session.scalars(query).all()

    def get_page(self, version_id: UUID, number: int) -> Page:
        """Return a page of a version. Raises PageNotFoundError."""
        found = self._session.scalar(select(Page).where(Page.version_id == version_id, Page.number == number))
        if found is None:
            raise PageNotFoundError
        return found

    def list_page_texts(self, version_id: UUID, *, limit: int) -> Sequence[str]:
        """List the texts of a version's pages, in order."""
        query = select(Page.text).where(Page.version_id == version_id).order_by(Page.number).limit(limit)
        return self._session.scalars(query).all()

    def list_rights(self, document_ids: Container[UUID]) -> dict[UUID, tuple[Document, bool, bool]]:
        """Return a mapping of ids to (document, whether it is editable, whether the principal owns it)."""
        query = select(
            Document,
            literal_column("documents.access_class_id = ANY ((SELECT editable_classes())::int[])", Boolean),
            literal_column("documents.access_class_id = ANY ((SELECT owned_classes())::int[])", Boolean),
        ).where(Document.id.in_(document_ids), Document.deleted_at.is_(None))
        return {document.id: (document, edits, owns) for document, edits, owns in self._session.execute(query)}

    def name_users(self, user_ids: Container[UUID]) -> dict[UUID, str]:
        return dict(iter(self._session.execute(_USERS.where(User.id.in_(user_ids)))))

    def is_editable(self, access_class_id: int) -> bool:
        query = text("SELECT :class_id = ANY (editable_classes())")
        return bool(self._session.scalar(query, {"class_id": access_class_id}))

    # --- writing -----------------------------------------------------------------------------------------------------

    def insert_document(self, values: Mapping[str, Any]) -> bool:
        """Insert a document. Returns False if its access class already has a document with this content. Waits for
        concurrent inserts of the same content.
        """
        inserted = (
            insert(Document)
            .values(**values)
            .on_conflict_do_nothing(
                index_elements=["tenant_id", "access_class_id", "content_sha256"],
                index_where=Document.deleted_at.is_(None),
            )
            .returning(Document.id)
        )
        return self._session.scalar(inserted) is not None

    def find_by_content(self, collection_id: UUID, digest: str) -> Document | None:
        """Return the oldest visible document in the collection with this content."""
        query = select(Document).where(
            Document.collection_id == collection_id,
            Document.content_sha256 == digest,
            Document.deleted_at.is_(None),
        )
        return self._session.scalars(query.order_by(Document.id).limit(1)).first()

    def insert_version(self, values: Mapping[str, Any]) -> None:
        self._session.execute(insert(DocumentVersion).values(**values))

    def retry_version(self, version_id: UUID, *, sealed_password: bytes | None) -> bool:
        """Set a failed version to processing. Returns False if it is not failed, or is already being retried."""
        change = (
            update(DocumentVersion)
            .where(DocumentVersion.id == version_id, DocumentVersion.status == "failed")
            .values(status="processing", sealed_password=sealed_password)
        )
        return self._count(change) == 1

    def reopen_version(self, version_id: UUID) -> None:
        """Set a failed version to processing. Its password is kept."""
        change = update(DocumentVersion).where(DocumentVersion.id == version_id, DocumentVersion.status == "failed")
        self._session.execute(change.values(status="processing").execution_options(synchronize_session=False))

    def update_document(self, document_id: UUID, *, revision: int, values: Mapping[str, Any]) -> bool:
        """Update a document. Returns False if the principal may not edit it, or if `revision` is outdated."""
        change = (
            update(Document)
            .where(Document.id == document_id, Document.revision == revision, Document.deleted_at.is_(None))
            .values(**values, revision=revision + 1)
        )
        return self._count(change) == 1

    def delete_document(self, document_id: UUID) -> bool:
        """Delete a document. Returns False if the principal may not delete it."""
        return bool(self._session.scalar(select(func.delete_document(document_id))))

    def _count(self, change: Any) -> int:
        result = self._session.execute(change.execution_options(synchronize_session=False))
        return cast(CursorResult[Any], result).rowcount

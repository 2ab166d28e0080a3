"""SQL of labels, clearances, packs and exclusions. Row-level security decides who may read and write each row
(migrations/sql/rows_api.sql).
"""

from collections.abc import Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import CursorResult, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.orm import Session

from app.access.models import (
    Clearance,
    CollectionLabel,
    DocumentLabel,
    EntitlementPack,
    Exclusion,
    Grant,
    Label,
)

Row = TypeVar("Row", Label, Clearance, EntitlementPack, Exclusion)
Named = TypeVar("Named", Label, EntitlementPack)


class PolicyRepository:
    """Policy rows that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- objects of the policy ---------------------------------------------------------------------------------------

    def may_grant(
        self, *, collection_id: UUID | None = None, document_id: UUID | None = None, pack_id: UUID | None = None
    ) -> bool:
        """Return whether the object exists and the principal owns it or is an access administrator."""
        return bool(self._session.scalar(select(func.may_grant(collection_id, document_id, pack_id))))

    def is_known(self, *, collection_id: UUID | None = None, document_id: UUID | None = None) -> bool:
        """Return whether the object exists and the principal may know that it exists. Administrators and auditors may
        know this of every object. Other users may know it only of objects that they may read.
        """
        return bool(self._session.scalar(select(func.is_known(collection_id, document_id))))

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, model: type[Row], row_id: UUID) -> Row | None:
        return self._session.scalar(select(model).where(model.id == row_id))

    def lock(self, model: type[Named], row_id: UUID) -> Named | None:
        """Return the row, reloaded and locked until the transaction ends. The lock does not block new uses of it."""
        query = select(model).where(model.id == row_id).with_for_update(key_share=True)
        return self._session.scalar(query.execution_options(populate_existing=True))

    def list_page(
        self, model: type[Row], *, after: UUID | None, limit: int, where: Sequence[Any] = ()
    ) -> Sequence[Row]:
        """Return rows, oldest first (IDs are ordered by time)."""
        query: Select[Row] = select(model).where(*where).order_by(model.id).limit(limit)
        return self._session.scalars(query if after is None else query.where(model.id > after)).all()

    def list_collection_labels(self, collection_id: UUID) -> Sequence[Label]:
        return self._session.scalars(_labels_of(CollectionLabel, CollectionLabel.collection_id == collection_id)).all()

    def list_document_labels(self, document_id: UUID) -> Sequence[Label]:
        return self._session.scalars(_labels_of(DocumentLabel, DocumentLabel.document_id == document_id)).all()

    def list_label_clearances(self, label_id: UUID) -> Sequence[UUID]:
        return self._session.scalars(select(Clearance.id).where(Clearance.label_id == label_id)).all()

    def list_pack_grants(self, pack_id: UUID) -> Sequence[UUID]:
        return self._session.scalars(select(Grant.id).where(Grant.pack_id == pack_id)).all()

    def list_pack_subjects(self, pack_id: UUID) -> Sequence[tuple[UUID | None, UUID | None]]:
        """Return (user's ID, group's ID) of each grant on a pack; one of them is None."""
        found = self._session.execute(select(Grant.user_id, Grant.group_id).where(Grant.pack_id == pack_id))
        return [(user_id, group_id) for user_id, group_id in found]

    # --- writing -----------------------------------------------------------------------------------------------------

    def insert(self, row: Label | Clearance | EntitlementPack | Exclusion) -> None:
        """Insert a row without reading it back. Owners can exclude themselves, and then can't see the exclusion."""
        model = type(row)
        names = [column.key for column in model.__table__.columns if column.computed is None]
        self._session.execute(insert(model).values({name: getattr(row, name) for name in names}))

    def rename(self, model: type[Named], row_id: UUID, *, name: str, revision: int) -> None:
        change = update(model).where(model.id == row_id).values(name=name, revision=revision)
        self._session.execute(change.execution_options(synchronize_session=False))

    def delete(self, model: type[Row], row_id: UUID) -> bool:
        return self._count(delete(model).where(model.id == row_id)) == 1

    def put_collection_label(self, values: dict[str, UUID]) -> bool:
        """Add a label to a collection; return False if the collection already has it."""
        return self._put(CollectionLabel, values)

    def put_document_label(self, values: dict[str, UUID]) -> bool:
        """Add a label to a document; return False if the document already has it."""
        return self._put(DocumentLabel, values)

    def delete_collection_label(self, collection_id: UUID, label_id: UUID) -> bool:
        where = (CollectionLabel.collection_id == collection_id, CollectionLabel.label_id == label_id)
        return self._count(delete(CollectionLabel).where(*where)) == 1

    def delete_document_label(self, document_id: UUID, label_id: UUID) -> bool:
        where = (DocumentLabel.document_id == document_id, DocumentLabel.label_id == label_id)
        return self._count(delete(DocumentLabel).where(*where)) == 1

    def drop_labels_of_deleted(self, label_id: UUID) -> None:
        """Remove the label from deleted documents, which users can no longer edit."""
        self._session.execute(select(func.drop_labels_of_deleted(label_id)))

    def _put(self, model: type[CollectionLabel] | type[DocumentLabel], values: dict[str, UUID]) -> bool:
        put = insert_or_ignore(model).values(values).on_conflict_do_nothing().returning(model.label_id)
        return self._session.scalar(put) is not None

    def _count(self, change: Any) -> int:
        return cast(CursorResult[Any], self._session.execute(change)).rowcount


def _labels_of(model: type[CollectionLabel] | type[DocumentLabel], where: Any) -> Select[Label]:
    return select(Label).join(model, model.label_id == Label.id).where(where).order_by(Label.id)

"""List and change labels, clearances, entitlement packs and exclusions within a principal's rights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement

from app.access.errors import GrantTargetNotFoundError, LabelNotFoundError, PackNotFoundError
from app.access.models import Clearance, EntitlementPack, Exclusion, Label
from app.access.policy.editing import Place, PolicyEditor
from app.access.policy.repository import PolicyRepository
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database

Row = TypeVar("Row", Label, Clearance, EntitlementPack, Exclusion)


class PolicyService:
    """Lists labels, clearances, packs and exclusions that the principal may see, and opens editors to change them."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    @contextmanager
    def edit(self, principal: Principal) -> Iterator[PolicyEditor]:
        """Open an editor in one transaction. Its changes take effect together, from the next transaction on."""
        with self._database.transaction(principal) as session:
            yield PolicyEditor(session, principal)

    def list_labels(self, principal: Principal, page: PageRequest, *, words: str = "") -> PageOf[Label]:
        """List labels that the principal is cleared for; administrators and auditors see all labels. With `words`, only
        labels whose name contains each of them. Raises InvalidCursorError.
        """
        return self._list(principal, page, Label, where=[_contains(Label, word) for word in words.split()])

    def get_label(self, principal: Principal, label_id: UUID) -> Label:
        """Return a label that `list_labels` lists. Raises LabelNotFoundError."""
        with self._database.transaction(principal) as session:
            found = PolicyRepository(session).find(Label, label_id)
        if found is None:
            raise LabelNotFoundError
        return found

    def get_pack(self, principal: Principal, pack_id: UUID) -> EntitlementPack:
        """Return a pack of the tenant. Raises PackNotFoundError."""
        with self._database.transaction(principal) as session:
            found = PolicyRepository(session).find(EntitlementPack, pack_id)
        if found is None:
            raise PackNotFoundError
        return found

    def list_labels_on(self, principal: Principal, place: Place) -> Sequence[Label]:
        """List the labels set on a collection or document itself. Raises GrantTargetNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            rows = PolicyRepository(session)
            if not rows.is_known(collection_id=place.collection_id, document_id=place.document_id):
                raise GrantTargetNotFoundError
            if place.collection_id is not None:
                return rows.list_collection_labels(place.collection_id)
            return [] if place.document_id is None else rows.list_document_labels(place.document_id)

    def list_clearances(
        self,
        principal: Principal,
        page: PageRequest,
        *,
        label_id: UUID | None = None,
        user_id: UUID | None = None,
        group_id: UUID | None = None,
    ) -> PageOf[Clearance]:
        """List the principal's clearances; administrators and auditors see all. Raises InvalidCursorError."""
        wanted = ((Clearance.label_id, label_id), (Clearance.user_id, user_id), (Clearance.group_id, group_id))
        return self._list(principal, page, Clearance, wanted)

    def list_packs(self, principal: Principal, page: PageRequest, *, words: str = "") -> PageOf[EntitlementPack]:
        """List the tenant's packs; with `words`, those whose name contains each of them. Raises InvalidCursorError."""
        where = [_contains(EntitlementPack, word) for word in words.split()]
        return self._list(principal, page, EntitlementPack, where=where)

    def list_exclusions(
        self, principal: Principal, page: PageRequest, *, document_id: UUID | None = None
    ) -> PageOf[Exclusion]:
        """List exclusions on documents that the principal owns; administrators and auditors see all. Raises
        InvalidCursorError.
        """
        return self._list(principal, page, Exclusion, ((Exclusion.document_id, document_id),))

    def _list(
        self,
        principal: Principal,
        page: PageRequest,
        model: type[Row],
        wanted: Sequence[tuple[Any, UUID | None]] = (),
        *,
        where: Sequence[ColumnElement[bool]] = (),
    ) -> PageOf[Row]:
        where = [*where, *(column == value for column, value in wanted if value is not None)]
        after = parse_uuid_cursor(page)
        with self._database.transaction(principal) as session:
            found = PolicyRepository(session).list_page(model, after=after, limit=page.limit + 1, where=where)
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)


def _contains(model: type[Label] | type[EntitlementPack], word: str) -> ColumnElement[bool]:
    return model.name.icontains(word, autoescape=True)

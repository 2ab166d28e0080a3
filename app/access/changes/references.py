"""Resolve references in lists of changes: users by ID or e-mail address; groups, packs, labels and collections by ID or
name.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.errors import CollectionNotFoundError, LabelNotFoundError, PackNotFoundError
from app.access.models import EntitlementPack, Label
from app.access.reports.explaining import find_person
from app.core.errors import FootnoteError
from app.identity.errors import GroupNotFoundError
from app.identity.models import Group

Named = TypeVar("Named", Group, Label, EntitlementPack)


class References:
    """Finds IDs in the session's tenant, and caches them because a list often repeats the same few names."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], UUID] = {}

    def find_user(self, reference: str | None) -> UUID | None:
        """Return the ID of a user given by ID or e-mail address. Raises UserNotFoundError."""
        return self._once("user", reference, lambda named: find_person(self._session, named).id)

    def find_group(self, reference: str | None) -> UUID | None:
        """Return the ID of a group given by ID or name. Raises GroupNotFoundError."""
        return self._once("group", reference, lambda named: self._find(Group, named, GroupNotFoundError))

    def find_pack(self, reference: str | None) -> UUID | None:
        """Return the ID of a pack given by ID or name. Raises PackNotFoundError."""
        return self._once("pack", reference, lambda named: self._find(EntitlementPack, named, PackNotFoundError))

    def find_label(self, reference: str | None) -> UUID | None:
        """Return the ID of a label given by ID or name. Raises LabelNotFoundError."""
        return self._once("label", reference, lambda named: self._find(Label, named, LabelNotFoundError))

    def find_collection(self, reference: str | None) -> UUID | None:
        """Return the ID of a collection given by ID or name. An ID is returned without a check. Raises
        CollectionNotFoundError if no collection has the name, or several have it.
        """
        return self._once("collection", reference, self._find_collection)

    def _once(self, kind: str, reference: str | None, find: Callable[[str], UUID]) -> UUID | None:
        if reference is None:
            return None
        key = (kind, reference)
        if key not in self._known:
            self._known[key] = find(reference)
        return self._known[key]

    def _find(self, model: type[Named], reference: str, missing: type[FootnoteError]) -> UUID:
        by_id = _parse_id(reference)
        where = model.name == reference if by_id is None else model.id == by_id
        found = self._session.scalar(select(model.id).where(where))
        if found is None:
            raise missing
        return found

    def _find_collection(self, reference: str) -> UUID:
        by_id = _parse_id(reference)
        if by_id is not None:
            return by_id
        query = text("SELECT * FROM find_governed_collections(:name)")
        found: list[UUID] = list(self._session.scalars(query, {"name": reference}))
        if len(found) > 1:
            raise CollectionNotFoundError("More than one collection has that name: give its id.")
        if not found:
            raise CollectionNotFoundError
        return found[0]


def _parse_id(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None

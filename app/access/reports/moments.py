"""Read the policy as it is now, or as it was at a past time. An object's state at a time is in its last history
row up to that time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.access.history import PolicyState
from app.access.reports.decisions import Moment, State, list_holdings

_DEEPEST = 1000
"""Maximum number of parent collections. It is far above the real depth, and limits the loop if rows are corrupt."""


class MomentReader:
    """Reads the tenant's policy at `time` (None: now). Row-level security returns rows only to administrators and
    auditors.
    """

    def __init__(self, session: Session, *, time: datetime | None) -> None:
        self._session = session
        self._until = time
        self.time = time or cast(datetime, session.scalar(select(func.now())))

    def is_known(self, kind: str, key: UUID) -> bool:
        """Return whether the object existed at any time."""
        found = select(PolicyState.id).where(PolicyState.kind == kind, PolicyState.key == str(key)).limit(1)
        return self._session.scalar(found) is not None

    def read(self, *, user_id: UUID, document_id: UUID) -> Moment:
        """Return the rows that concern one user and one document."""
        user = self._find("users", str(user_id))
        document = self._find("documents", str(document_id))
        parents = self._list_parents(None if document is None else document["collection_id"])
        memberships = self._list("group_members", PolicyState.key.startswith(f"{user_id}/", autoescape=True))
        group_ids = [row["group_id"] for row in memberships]
        nestings = self._list("group_nestings") if group_ids else []
        held = list_holdings(user, group_ids, nestings)
        about = [*parents, str(document_id)]
        barriers = [
            *self._list("collection_labels", among=("collection_id", parents)),
            *self._list("document_labels", among=("document_id", [str(document_id)])),
        ]
        grants = [row for row in self._list_of("grants", held) if row["pack_id"] or _object(row) in about]
        packs = self._list("entitlement_packs", among=("id", [row["pack_id"] for row in grants if row["pack_id"]]))
        labels = [row["label_id"] for row in barriers]
        return Moment(
            time=self.time,
            user=user,
            document=document,
            parents=parents,
            group_ids=group_ids,
            nestings=nestings,
            grants=grants,
            packs=packs,
            barriers=barriers,
            clearances=[row for row in self._list_of("clearances", held) if row["label_id"] in labels],
            exclusions=self._list("exclusions", among=("document_id", [str(document_id)])),
            names=self._names(groups=held, collections=parents, labels=labels)
            | {pack["id"]: pack["name"] for pack in packs},
        )

    def _list_parents(self, collection_id: str | None) -> list[str]:
        parents: list[str] = []
        while collection_id is not None and collection_id not in parents and len(parents) < _DEEPEST:
            found = self._find("collections", collection_id)
            if found is None:
                break
            parents.append(collection_id)
            collection_id = found["parent_id"]
        return parents

    def _names(self, *, groups: Iterable[str], collections: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
        wanted = (("groups", list(groups)), ("collections", list(collections)), ("labels", list(labels)))
        return {row["id"]: row["name"] for kind, ids in wanted for row in self._list(kind, among=("id", ids))}

    def _find(self, kind: str, key: str) -> State | None:
        return next(iter(self._list(kind, PolicyState.key == key)), None)

    def _list_of(self, kind: str, subjects: Iterable[str]) -> list[State]:
        """Return the rows of a kind that belong to any of the subjects (users or groups)."""
        among = list(subjects)
        return [*self._list(kind, among=("user_id", among)), *self._list(kind, among=("group_id", among))]

    def _list(
        self, kind: str, *where: ColumnElement[bool], among: tuple[str, Sequence[str]] | None = None
    ) -> list[State]:
        """Return the states of all objects of a kind that existed at the reader's time. `among` is (field, values): if
        it is set, return only objects with one of the values in that field.
        """
        if among is not None and not among[1]:
            return []
        last = select(PolicyState.key, PolicyState.state, PolicyState.is_gone).where(PolicyState.kind == kind, *where)
        if self._until is not None:
            last = last.where(PolicyState.at <= self._until)
        rows = last.ext(distinct_on(PolicyState.key)).order_by(PolicyState.key, PolicyState.id.desc()).subquery()
        there = select(rows.c.state).where(~rows.c.is_gone).order_by(rows.c.key)
        if among is not None:
            there = there.where(rows.c.state[among[0]].astext.in_(among[1]))
        return list(self._session.scalars(there))


def _object(grant: State) -> Any:
    return grant["collection_id"] or grant["document_id"]

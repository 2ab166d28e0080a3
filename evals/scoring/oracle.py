"""Computes read access in plain Python, as an independent oracle for the permissions suite.

It shares no code with the SQL or `app.access`. A grant gives read access to one document, or to a collection and
everything inside it. It applies to a user or to a group's members, until it expires. Nothing else gives access.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OracleGrant:
    """A grant to either a `user` or a `group`, on either a `collection` or a `document`."""

    user: str = ""
    group: str = ""
    collection: str = ""
    document: UUID | None = None
    ended: bool = False


@dataclass(slots=True)
class World:
    """The oracle's data.

    `parents` maps collections to their parents. `documents` maps documents to collections. `members` maps groups to
    users.
    """

    parents: Mapping[str, str | None]
    documents: Mapping[UUID, str]
    members: dict[str, set[str]] = field(default_factory=dict)
    grants: list[OracleGrant] = field(default_factory=list)

    def visible_to(self, user: str) -> frozenset[UUID]:
        """Return the documents that a user may see."""
        return frozenset(document for document in self.documents if self.may_see(user, document))

    def opened_to(self, user: str) -> frozenset[str]:
        """Return the collections that a user may see. A grant on a collection also applies to those inside it."""
        opened = {grant.collection for grant in self.grants if grant.collection and self._holds(grant, user)}
        return frozenset(collection for collection in self.parents if not opened.isdisjoint(self._around(collection)))

    def may_see(self, user: str, document: UUID) -> bool:
        around = self._around(self.documents[document])
        for grant in self.grants:
            if not self._holds(grant, user):
                continue
            if grant.document == document or (grant.collection and grant.collection in around):
                return True
        return False

    def _holds(self, grant: OracleGrant, user: str) -> bool:
        return not grant.ended and (grant.user == user or user in self.members.get(grant.group, ()))

    def _around(self, collection: str) -> set[str]:
        """Return the collection and all collections that contain it."""
        found: set[str] = set()
        step: str | None = collection
        while step is not None:
            found.add(step)
            step = self.parents[step]
        return found

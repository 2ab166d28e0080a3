"""The access policy in plain Python. The tests compare the database's decisions with it.

It is simple instead of fast. It uses neither the SQL nor `app.access`. These are its rules:

- A grant gives access to a collection with everything inside it, to one document, or to the documents of an entitlement
  pack. The holder of a grant is a user or a group. A grant to a group applies to its direct and nested members. A grant
  can expire. Its level is 1 (viewer), 2 (editor) or 3 (owner).
- A pack selects documents of the whole tenant by type and source. An empty list of types or sources matches any value.
  A type counts only if a person set it, at the upload or later. A type that was read from the document's text gives no
  access.
- A label can be on a document or on a collection that contains it. It hides the document from users without clearance
  for the label, even if they have grants. An exclusion hides one document from a user or a group.
- No user can read a deleted document. A disabled user can read nothing. No user can read objects of another tenant.
  The change feed lists a deletion for the users who could read the document when it was deleted.
- Only the user who asked a question can read the answer, and only while the user may read each document that the answer
  cites. To read its dropped claims, the user must also have access to each document from which the answer was drafted.
- Only the user who asked sees the conversation. How a turn was understood is readable only while all documents are from
  which words of it were learnt. Feedback is for the user who gave it and for engineers, while they may read all
  documents that the answer cites or was drafted from.
- A group with an exclusion cannot be deleted, because the deletion would remove the exclusion.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

VIEWER, EDITOR, OWNER = 1, 2, 3
ADMIN, AUDITOR, ENGINEER = "admin", "auditor", "engineer"


@dataclass(slots=True)
class User:
    roles: frozenset[str]
    is_disabled: bool = False


@dataclass(slots=True)
class Document:
    """`is_set_by_person`: whether a person set `kind`. A person can also set it to None. `deleted_before`: the
    users who could read the document when it was deleted.
    """

    collection: UUID
    kind: str | None = None
    is_set_by_person: bool = False
    source: str | None = None
    labels: set[UUID] = field(default_factory=set)
    is_deleted: bool = False
    deleted_before: set[UUID] = field(default_factory=set)

    def delete(self, readers: set[UUID]) -> None:
        self.is_deleted, self.deleted_before = True, readers

    @property
    def trusted_kind(self) -> str | None:
        return self.kind if self.is_set_by_person else None


@dataclass(frozen=True, slots=True)
class Grant:
    """`target`: a collection, a document or a pack. `until`: None if the grant never expires."""

    holder: UUID
    target: UUID
    level: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Clearance:
    holder: UUID
    label: UUID
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    holder: UUID
    document: UUID
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Pack:
    kinds: frozenset[str]
    sources: frozenset[str]

    def names(self, kind: str | None, source: str | None) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.sources or source in self.sources)


@dataclass(frozen=True, slots=True)
class Answer:
    asker: UUID
    cited: frozenset[UUID]
    drafted_from: frozenset[UUID]


@dataclass(slots=True)
class World:
    """All objects of one tenant, by id."""

    tenant: UUID
    users: dict[UUID, User] = field(default_factory=dict)
    groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    """The direct members of each group."""
    nestings: set[tuple[UUID, UUID]] = field(default_factory=set)
    """Pairs of an outer group and a group that is directly nested in it."""
    parents: dict[UUID, UUID | None] = field(default_factory=dict)
    """The parent of each collection, or None if it has no parent."""
    collection_labels: dict[UUID, set[UUID]] = field(default_factory=dict)
    """The labels on each collection itself, without those of its parents."""
    documents: dict[UUID, Document] = field(default_factory=dict)
    labels: set[UUID] = field(default_factory=set)
    grants: dict[UUID, Grant] = field(default_factory=dict)
    clearances: dict[UUID, Clearance] = field(default_factory=dict)
    exclusions: dict[UUID, Exclusion] = field(default_factory=dict)
    packs: dict[UUID, Pack] = field(default_factory=dict)
    answers: dict[UUID, Answer] = field(default_factory=dict)

    def around(self, collection: UUID | None) -> list[UUID]:
        """Return the collection and all collections that contain it."""
        found: list[UUID] = []
        while collection is not None:
            found.append(collection)
            collection = self.parents[collection]
        return found

    def labels_around(self, collection: UUID | None) -> set[UUID]:
        return {label for each in self.around(collection) for label in self.collection_labels.get(each, ())}

    def groups_inside(self, group: UUID) -> set[UUID]:
        """Return the group and all groups nested in it, at any depth."""
        found, ahead = set[UUID](), [group]
        while ahead:
            step = ahead.pop()
            if step not in found:
                found.add(step)
                ahead += [inner for outer, inner in self.nestings if outer == step]
        return found

    def is_in(self, user: UUID, holder: UUID) -> bool:
        """Return whether `holder` is the user or a group that contains the user, directly or in a nested group."""
        if user == holder:
            return True
        return holder in self.groups and any(
            user in self.groups[inner] for inner in self.groups_inside(holder) if inner in self.groups
        )

    def remove_group(self, group: UUID) -> None:
        """Remove a group with its nestings, grants and clearances."""
        del self.groups[group]
        self.nestings = {pair for pair in self.nestings if group not in pair}
        for held in (self.grants, self.clearances):
            for each in [key for key, value in held.items() if value.holder == group]:
                del held[each]

    def remove_pack(self, pack: UUID) -> None:
        del self.packs[pack]
        self.grants = {key: grant for key, grant in self.grants.items() if grant.target != pack}


class Access:
    """The objects that one user may read and change in its tenant at the time `now`."""

    def __init__(self, world: World, user: UUID, now: datetime) -> None:
        self.world = world
        self.user = user
        self._me = world.users[user]
        self.is_enabled = not self._me.is_disabled
        self._grants = [each for each in world.grants.values() if self._holds(each.holder, each.until, now)]
        self.cleared = {each.label for each in world.clearances.values() if self._holds(each.holder, each.until, now)}
        self._excluded = {
            each.document for each in world.exclusions.values() if self._holds(each.holder, each.until, now)
        }

    def _holds(self, holder: UUID, until: datetime | None, now: datetime) -> bool:
        return (until is None or until > now) and self.world.is_in(self.user, holder)

    def has_role(self, *roles: str) -> bool:
        return self.is_enabled and not self._me.roles.isdisjoint(roles)

    @property
    def sees_policy(self) -> bool:
        """Whether the user may read the whole policy, such as all grants. Administrators and auditors may."""
        return self.has_role(ADMIN, AUDITOR)

    def level_at_collection(self, collection: UUID) -> int:
        """Return the user's level of access to the collection. The level is 0 if the collection is hidden."""
        return self.level_at_kind(collection, None, None, set(), None)

    def level_at(self, document: UUID) -> int:
        """Return the user's level of access to the document. The level is 0 if the document is hidden."""
        found = self.world.documents.get(document)
        if found is None or found.is_deleted:
            return 0
        return self.level_at_kind(found.collection, found.trusted_kind, found.source, found.labels, document)

    def level_at_kind(
        self, collection: UUID, kind: str | None, source: str | None, labels: Iterable[UUID], document: UUID | None
    ) -> int:
        """Return the user's level of access to a document with this collection, trusted type (`kind`), source and
        labels. If `document` is an id, grants on this document and exclusions from it count too.
        """
        around = self.world.around(collection)
        if not self.is_enabled or document in self._excluded:
            return 0
        if not ({*labels} | self.world.labels_around(collection)) <= self.cleared:
            return 0
        levels = [0]
        for grant in self._grants:
            pack = self.world.packs.get(grant.target)
            if grant.target in around or grant.target == document or (pack is not None and pack.names(kind, source)):
                levels.append(grant.level)
        return max(levels)

    def documents(self, least: int = VIEWER) -> set[UUID]:
        return {document for document in self.world.documents if self.level_at(document) >= least}

    def deletions(self) -> set[UUID]:
        """Return the deleted documents whose deletion the feed lists for the user."""
        told = {key for key, each in self.world.documents.items() if self.user in each.deleted_before}
        return told if self.is_enabled else set()

    def collections(self, least: int = VIEWER) -> set[UUID]:
        return {each for each in self.world.parents if self.level_at_collection(each) >= least}

    def answers(self) -> set[UUID]:
        return {
            question
            for question, answer in self.world.answers.items()
            if answer.asker == self.user and all(self.level_at(document) for document in answer.cited)
        }

    def dropped_claims(self) -> set[UUID]:
        """Return the questions whose dropped claims the user may read."""
        return {
            question
            for question in self.answers()
            if all(self.level_at(document) for document in self.world.answers[question].drafted_from)
        }

    def questions(self) -> set[UUID]:
        return {question for question, answer in self.world.answers.items() if answer.asker == self.user}

    def feedback(self) -> set[UUID]:
        """Return the questions whose feedback the user may read: its own, and as an engineer that of all users."""
        return {
            question
            for question, answer in self.world.answers.items()
            if (answer.asker == self.user or self.has_role(ENGINEER))
            and all(self.level_at(document) for document in answer.cited | answer.drafted_from)
        }

    def grants(self) -> set[UUID]:
        """Return the grants that the user may read. Administrators and auditors may read all grants. Other users may
        read the grants on objects that they own.
        """
        owned = self.documents(OWNER) | self.collections(OWNER)
        return {key for key, grant in self.world.grants.items() if self.sees_policy or grant.target in owned}

    def exclusions(self) -> set[UUID]:
        owned = self.documents(OWNER)
        return {key for key, each in self.world.exclusions.items() if self.sees_policy or each.document in owned}

    def clearances(self) -> set[UUID]:
        return {key for key, each in self.world.clearances.items() if self.sees_policy or each.holder == self.user}

    def labels(self) -> set[UUID]:
        return {label for label in self.world.labels if self.sees_policy or (self.is_enabled and label in self.cleared)}

    def may_grant(self, target: UUID) -> bool:
        """Return whether the user may create grants on the target. Owners of the target may. Administrators may, if the
        target exists.
        """
        if self.level_at(target) == OWNER or (
            target in self.world.parents and self.level_at_collection(target) == OWNER
        ):
            return True
        document = self.world.documents.get(target)
        there = target in self.world.parents or target in self.world.packs or (document and not document.is_deleted)
        return bool(there) and self.has_role(ADMIN)

    def may_leave(self, place: UUID | None, into: UUID | None) -> bool:
        """Return whether the user may move an object from `place` to `into`. If the object would lose a label, only
        administrators may.
        """
        return self.has_role(ADMIN) or self.world.labels_around(place) <= self.world.labels_around(into)

    def may_put_into(self, collection: UUID | None) -> bool:
        return collection is None or (
            collection in self.world.parents and self.level_at_collection(collection) >= EDITOR
        )

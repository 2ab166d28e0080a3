"""One life of a tenant, told from beginning to end, that makes use of every part of the policy: whatever of it is
broken shows within a few looks. Random lives (`tests.policy.machine`) show what nobody thought of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.retrieval.index.graphs import ensure_graphs
from tests.policy import oracle
from tests.policy.machine import PolicyMachine
from tests.policy.overreach import Overreach
from tests.policy.rights import RuledEstate
from tests.policy.strays import plant_strays

HOUR = timedelta(hours=1)


@dataclass
class Scenario:
    """Chapters, each with a look at its end. A step that does not happen is an error: the story would be another."""

    machine: PolicyMachine
    admin_url: str
    """The superuser's, to plant what must never be."""

    def tell_beginning(self) -> None:
        """Until every part of the policy is in use. Raises DifferenceError."""
        self.machine.begin()
        self._tell(
            self._plant,
            self._share_with_groups,
            self._raise_barriers,
            self._exclude,
            self._give_packs,
            self._answer,
        )

    @property
    def rest(self) -> Mapping[str, Callable[[], None]]:
        """The chapters that change what the beginning made, which the first only looks at."""
        return {
            "look": lambda: None,
            "overreach": self.overreach,
            "let end": self._let_things_end,
            "disable": self._disable,
            "describe": self._describe_anew,
            "read": self._read_anew,
            "nest": self._take_nestings,
            "label": self._change_labels,
            "move": self._move,
            "delete": self._delete,
            "withdraw": self._withdraw,
        }

    def tell_rest(self) -> None:
        """Raises DifferenceError."""
        self._tell(*self.rest.values())

    def tell_chapter(self, name: str) -> None:
        """One of the rest. Raises DifferenceError."""
        self._tell(self.rest[name])

    def tell_from(self, name: str) -> None:
        """That chapter and all after it. Raises DifferenceError."""
        chapters = [*self.rest]
        for each in chapters[chapters.index(name) :]:
            self.tell_chapter(each)

    def _tell(self, *chapters: Callable[[], None]) -> None:
        for chapter in chapters:
            chapter()
            self.machine.look()

    def overreach(self) -> None:
        """What is tried in vain. Raises DifferenceError."""
        Overreach(self._here).try_all()

    def resume_in(self, database: Any) -> "Scenario":
        """The story as it stands, in a copy of its database."""
        return replace(self, machine=self.machine.resume_in(database))

    # --- who and what ----------------------------------------------------------------------------------------------

    @property
    def _here(self) -> RuledEstate:
        return self.machine.here

    @property
    def _users(self) -> Sequence[UUID]:
        return list(self._here.world.users)

    @property
    def _chief(self) -> UUID:
        return self._users[0]

    @property
    def _groups(self) -> Sequence[UUID]:
        return list(self._here.world.groups)

    @property
    def _places(self) -> Sequence[UUID]:
        """Three, one inside the other, and one beside them."""
        return list(self._here.world.parents)

    @property
    def _documents(self) -> Sequence[UUID]:
        return list(self._here.world.documents)

    @property
    def _labels(self) -> Sequence[UUID]:
        return sorted(self._here.world.labels)

    def _grant(self, holder: UUID, target: UUID, level: int, ends: timedelta | None = None) -> None:
        _done(self._here.grant(self._chief, holder, target, level, self._here.until(ends)))

    def _clear(self, holder: UUID, label: UUID, ends: timedelta | None = None) -> None:
        _done(self._here.give_clearance(self._chief, holder, label, self._here.until(ends)))

    def _exclude_from(self, document: UUID, holder: UUID, ends: timedelta | None = None) -> None:
        _done(self._here.exclude(self._chief, holder, document, self._here.until(ends)))

    def _nest(self, outer: UUID, inner: UUID) -> None:
        """Or take it out again."""
        _done(self._here.change_nesting(self._chief, outer, inner))

    def _label(self, document: UUID, label: UUID) -> None:
        """Or take it off again."""
        _done(self._here.change_document_label(self._chief, document, label))

    # --- chapters ---------------------------------------------------------------------------------------------------

    def _plant(self) -> None:
        document = self._documents[0]
        _done(self._here.answer(self._chief, [document], [document]))
        (question,) = self._here.world.answers
        ensure_graphs(self.machine.database.owner.engine, least_chunks=1)
        plant_strays(self.admin_url, self._here, self.machine.there, document, question)

    def _share_with_groups(self) -> None:
        """The first group holds all others, one of them by two ways."""
        first, second, third, fourth = self._groups
        for outer, inner in ((first, second), (second, third), (first, fourth), (fourth, third)):
            self._nest(outer, inner)
        for group, number in ((third, 2), (second, 3), (first, 5)):
            _done(self._here.change_member(self._chief, group, self._users[number]))
        places, users, documents = self._places, self._users, self._documents
        self._grant(first, places[0], oracle.VIEWER)
        self._grant(fourth, places[1], oracle.EDITOR)
        for level in (oracle.EDITOR, oracle.VIEWER):
            self._grant(users[1], places[3], level)
        self._grant(users[3], documents[3], oracle.OWNER)
        self._grant(users[4], places[3], oracle.VIEWER, -HOUR)
        self._grant(users[4], documents[4], oracle.VIEWER, HOUR)

    def _raise_barriers(self) -> None:
        first, second, third = self._labels
        users = self._users
        for label in (first, third):
            self._label(self._documents[1], label)
        _done(self._here.change_collection_label(self._chief, self._places[1], second))
        self._clear(users[2], first)
        self._clear(users[2], second, HOUR)
        self._clear(self._groups[1], second)
        self._clear(users[5], second, -HOUR)
        self._clear(self._chief, second)

    def _exclude(self) -> None:
        documents, users = self._documents, self._users
        self._exclude_from(documents[0], self._groups[1])
        self._exclude_from(documents[4], users[5], -HOUR)
        self._exclude_from(documents[0], users[5], HOUR)

    def _give_packs(self) -> None:
        for place, said in ((self._places[0], "10-Q"), (self._places[3], None)):
            made = self._here.upload(self._chief, place, said)
            assert made is not None
            self._here.publish(made, "10-Q", "client" if said else "house")
        for kinds, sources, number in (
            (frozenset({"10-Q"}), frozenset({"house"}), 1),
            (frozenset({"8-K"}), frozenset(), 4),
            (frozenset(), frozenset({"client"}), 4),
        ):
            _done(self._here.add_pack(self._chief, kinds, sources))
            self._grant(self._users[number], list(self._here.world.packs)[-1], oracle.VIEWER)

    def _answer(self) -> None:
        users, documents = self._users, self._documents
        for asker, cited, drafted_from in (
            (users[2], [4], [4, 5]),
            (users[2], [4, 1], [4, 1]),
            (users[5], [5], [5, 0]),
            (users[1], [4], [0, 4]),
        ):
            _done(
                self._here.answer(
                    asker, [documents[each] for each in cited], [documents[each] for each in drafted_from]
                )
            )

    def _disable(self) -> None:
        """One, and then let in again."""
        for _ in range(2):
            for number in (5, 2):
                _done(self._here.change_disabled(self._chief, self._users[number]))
            self.machine.look()

    def _describe_anew(self) -> None:
        """Kinds that were never there before: the editor sees it, and so do the readers of before, but for one."""
        _done(self._here.describe(self._chief, self._documents[5], "8-K", "client"))
        self.machine.look()
        _done(self._here.describe(self._users[1], self._documents[3], "10-Q", "house"))
        self._exclude_from(self._documents[5], self._users[5])

    def _read_anew(self) -> None:
        """What calls itself a thing that a pack holds is in no pack, until a person says so; nor is what was in one by
        its source once it comes from elsewhere.
        """
        for source in ("client", "house"):
            self._here.publish(self._documents[6], "8-K", source)
            self.machine.look()
        _done(self._here.describe(self._chief, self._documents[6], "8-K", "house"))
        self.machine.look()
        self._exclude_from(self._documents[6], self._users[1])

    def _take_nestings(self) -> None:
        first, second, third, fourth = self._groups
        assert not self._here.change_nesting(self._chief, third, first)  # it is in that one
        self._nest(first, second)
        self.machine.look()
        self._nest(fourth, third)
        self.machine.look()
        self._nest(fourth, third)
        self.machine.look()
        self._nest(first, second)

    def _move(self) -> None:
        here, chief, places = self._here, self._chief, self._places
        _done(here.change_collection_label(chief, places[1], self._labels[1]))
        _done(here.move_collection(chief, places[1], places[3]))
        self.machine.look()
        _done(here.move_document(chief, self._documents[4], places[3]))
        self.machine.look()
        assert not here.move_collection(chief, places[3], places[2])  # it is inside that one
        _done(here.move_collection(chief, places[1], None))

    def _change_labels(self) -> None:
        """On documents that are searchable, one of them read anew meanwhile, on a collection, and off again."""
        documents, label = self._documents, self._labels[2]
        for document in (documents[4], documents[0]):
            self._label(document, label)
        _done(self._here.change_collection_label(self._chief, self._places[3], label))
        self._here.publish(documents[0], "10-K", "client")
        self.machine.look()
        for document in (documents[4], documents[0]):
            self._label(document, label)
        _done(self._here.change_collection_label(self._chief, self._places[3], label))

    def _delete(self) -> None:
        here, chief, document = self._here, self._chief, self._documents[5]
        _done(here.delete_document(chief, document))
        assert not here.delete_document(chief, document)
        assert not here.grant(chief, self._users[3], document, oracle.VIEWER, None)  # though to be there is enough

    def _withdraw(self) -> None:
        here, world, chief = self._here, self._here.world, self._chief
        for holder in (self._groups[3], self._users[1]):
            _done(here.revoke(chief, next(key for key, grant in world.grants.items() if grant.holder == holder)))
        assert not here.delete_group(chief, self._groups[1])  # an exclusion holds for it
        _done(here.delete_group(chief, self._groups[2]))
        _done(here.change_member(chief, self._groups[0], self._users[5]))
        self.machine.look()
        _done(here.delete_pack(chief, next(iter(world.packs))))
        _done(here.take_exclusion(chief, next(iter(world.exclusions))))
        _done(here.take_clearance(chief, next(iter(world.clearances))))

    def _let_things_end(self) -> None:
        users, documents = self._users, self._documents
        for number in (2, 3):
            self._grant(users[number], self._places[0], oracle.VIEWER)
            self._clear(users[number], self._labels[0])
        self._label(documents[0], self._labels[0])
        self._exclude_from(documents[5], users[2], HOUR)
        self._clear(users[4], self._labels[0], HOUR)
        self._grant(users[4], self._places[0], oracle.VIEWER)
        self._grant(users[1], self._places[0], oracle.VIEWER, HOUR)
        for table in ("exclusions", "clearances", "grants"):
            self._here.wait_for_end(table, list(getattr(self._here.world, table))[-1])
            self.machine.look()
        for key, grant in [*self._here.world.grants.items()]:
            if grant.holder in users[2:4] and grant.target == self._places[0]:
                _done(self._here.revoke(self._chief, key))


def _done(done: bool) -> None:
    assert done, "the story goes otherwise"

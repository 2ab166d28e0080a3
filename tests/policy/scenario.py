"""A scripted scenario that uses every part of the policy, so that a few checks find a broken part. Random runs
(`tests.policy.state_machine`) find cases that the scenario lacks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.retrieval.index.graphs import ensure_graphs
from tests.policy import oracle
from tests.policy.forbidden_writes import ForbiddenWrites
from tests.policy.foreign_rows import plant_foreign_rows
from tests.policy.governed_tenant import GovernedTenant
from tests.policy.state_machine import PolicyStateMachine

HOUR = timedelta(hours=1)


@dataclass
class Scenario:
    """A sequence of phases. After each phase, all reads are checked. Every step must succeed, unless the code asserts
    that it is refused.
    """

    machine: PolicyStateMachine
    admin_url: str
    """URL of the superuser, who inserts rows that no code writes."""

    def set_up(self) -> None:
        """Create objects and rights that use every part of the policy. Raises DifferenceError."""
        self.machine.set_up_tenants()
        self._run(
            self._plant_foreign_rows,
            self._share_with_groups,
            self._add_labels,
            self._exclude,
            self._grant_packs,
            self._record_answers,
        )

    @property
    def phases(self) -> Mapping[str, Callable[[], None]]:
        """The phases after the set-up, by name. The first phase does nothing before its reads are checked."""
        return {
            "reads": lambda: None,
            "forbidden writes": self.try_forbidden_writes,
            "expire": self._expire,
            "disable": self._disable_and_enable,
            "edit": self._edit_metadata,
            "republish": self._republish,
            "nest": self._change_nestings,
            "label": self._change_labels,
            "move": self._move,
            "delete": self._delete,
            "withdraw": self._withdraw,
        }

    def run_phases(self) -> None:
        """Run all phases. Raises DifferenceError."""
        self._run(*self.phases.values())

    def run_phase(self, name: str) -> None:
        """Run one phase. Raises DifferenceError."""
        self._run(self.phases[name])

    def run_from(self, name: str) -> None:
        """Run the named phase and all later ones. Raises DifferenceError."""
        phases = [*self.phases]
        for each in phases[phases.index(name) :]:
            self.run_phase(each)

    def _run(self, *phases: Callable[[], None]) -> None:
        for phase in phases:
            phase()
            self.machine.check_reads()

    def try_forbidden_writes(self) -> None:
        """Try writes that must be refused. Raises DifferenceError if one succeeds."""
        ForbiddenWrites(self._tenant).try_all()

    def resume_in(self, database: Any) -> "Scenario":
        """Return a copy of the scenario. The steps of the copy change `database`, a copy of the scenario's database."""
        return replace(self, machine=self.machine.resume_in(database))

    # --- users and objects --------------------------------------------------------------------------------------------

    @property
    def _tenant(self) -> GovernedTenant:
        return self.machine.tenant

    @property
    def _users(self) -> Sequence[UUID]:
        return list(self._tenant.world.users)

    @property
    def _admin(self) -> UUID:
        return self._users[0]

    @property
    def _groups(self) -> Sequence[UUID]:
        return list(self._tenant.world.groups)

    @property
    def _collections(self) -> Sequence[UUID]:
        """Four collections. The first three are nested in each other, and the fourth has no parent."""
        return list(self._tenant.world.parents)

    @property
    def _documents(self) -> Sequence[UUID]:
        return list(self._tenant.world.documents)

    @property
    def _labels(self) -> Sequence[UUID]:
        return sorted(self._tenant.world.labels)

    def _grant(self, holder: UUID, target: UUID, level: int, ends: timedelta | None = None) -> None:
        _require(self._tenant.grant(self._admin, holder, target, level, self._tenant.until(ends)))

    def _clear(self, holder: UUID, label: UUID, ends: timedelta | None = None) -> None:
        _require(self._tenant.add_clearance(self._admin, holder, label, self._tenant.until(ends)))

    def _exclude_from(self, document: UUID, holder: UUID, ends: timedelta | None = None) -> None:
        _require(self._tenant.exclude(self._admin, holder, document, self._tenant.until(ends)))

    def _nest(self, outer: UUID, inner: UUID) -> None:
        """Nest the inner group in the outer one, or undo the nesting if it exists."""
        _require(self._tenant.change_nesting(self._admin, outer, inner))

    def _label(self, document: UUID, label: UUID) -> None:
        """Add the label to the document, or remove it if the document has it."""
        _require(self._tenant.change_document_label(self._admin, document, label))

    # --- phases -------------------------------------------------------------------------------------------------------

    def _plant_foreign_rows(self) -> None:
        document = self._documents[0]
        _require(self._tenant.answer(self._admin, [document], [document]))
        (question,) = self._tenant.world.answers
        ensure_graphs(self.machine.database.owner.engine, least_chunks=1)
        plant_foreign_rows(self.admin_url, self._tenant, self.machine.other_tenant, document, question)

    def _share_with_groups(self) -> None:
        """Nest the groups, add members, and create grants to groups and users. The first group contains the second and
        the fourth group. Both contain the third group.
        """
        first, second, third, fourth = self._groups
        for outer, inner in ((first, second), (second, third), (first, fourth), (fourth, third)):
            self._nest(outer, inner)
        for group, number in ((third, 2), (second, 3), (first, 5)):
            _require(self._tenant.change_member(self._admin, group, self._users[number]))
        collections, users, documents = self._collections, self._users, self._documents
        self._grant(first, collections[0], oracle.VIEWER)
        self._grant(fourth, collections[1], oracle.EDITOR)
        for level in (oracle.EDITOR, oracle.VIEWER):
            self._grant(users[1], collections[3], level)
        self._grant(users[3], documents[3], oracle.OWNER)
        self._grant(users[4], collections[3], oracle.VIEWER, -HOUR)
        self._grant(users[4], documents[4], oracle.VIEWER, HOUR)

    def _add_labels(self) -> None:
        first, second, third = self._labels
        users = self._users
        for label in (first, third):
            self._label(self._documents[1], label)
        _require(self._tenant.change_collection_label(self._admin, self._collections[1], second))
        self._clear(users[2], first)
        self._clear(users[2], second, HOUR)
        self._clear(self._groups[1], second)
        self._clear(users[5], second, -HOUR)
        self._clear(self._admin, second)

    def _exclude(self) -> None:
        documents, users = self._documents, self._users
        self._exclude_from(documents[0], self._groups[1])
        self._exclude_from(documents[4], users[5], -HOUR)
        self._exclude_from(documents[0], users[5], HOUR)

    def _grant_packs(self) -> None:
        for place, kind in ((self._collections[0], "10-Q"), (self._collections[3], None)):
            made = self._tenant.upload(self._admin, place, kind)
            assert made is not None
            self._tenant.publish(made, "10-Q", "client" if kind else "house")
        for kinds, sources, number in (
            (frozenset({"10-Q"}), frozenset({"house"}), 1),
            (frozenset({"8-K"}), frozenset(), 4),
            (frozenset(), frozenset({"client"}), 4),
        ):
            _require(self._tenant.add_pack(self._admin, kinds, sources))
            self._grant(self._users[number], list(self._tenant.world.packs)[-1], oracle.VIEWER)

    def _record_answers(self) -> None:
        users, documents = self._users, self._documents
        for asker, cited, drafted_from in (
            (users[2], [4], [4, 5]),
            (users[2], [4, 1], [4, 1]),
            (users[5], [5], [5, 0]),
            (users[1], [4], [0, 4]),
        ):
            _require(
                self._tenant.answer(
                    asker, [documents[each] for each in cited], [documents[each] for each in drafted_from]
                )
            )

    def _disable_and_enable(self) -> None:
        """Disable two users, then enable them again."""
        for _ in range(2):
            for number in (5, 2):
                _require(self._tenant.change_disabled(self._admin, self._users[number]))
            self.machine.check_reads()

    def _edit_metadata(self) -> None:
        """Set the types and sources of two documents. No user loses access. Then exclude one user from a document."""
        _require(self._tenant.describe(self._admin, self._documents[5], "8-K", "client"))
        self.machine.check_reads()
        _require(self._tenant.describe(self._users[1], self._documents[3], "10-Q", "house"))
        self._exclude_from(self._documents[5], self._users[5])

    def _republish(self) -> None:
        """Publish a document with one source, then with another. Then set its type as an editor does. A pack gives
        access by source only while the document has the source, and by type only after a person has set the type.
        """
        for source in ("client", "house"):
            self._tenant.publish(self._documents[6], "8-K", source)
            self.machine.check_reads()
        _require(self._tenant.describe(self._admin, self._documents[6], "8-K", "house"))
        self.machine.check_reads()
        self._exclude_from(self._documents[6], self._users[1])

    def _change_nestings(self) -> None:
        first, second, third, fourth = self._groups
        assert not self._tenant.change_nesting(self._admin, third, first)  # would be a cycle: `first` contains `third`
        self._nest(first, second)
        self.machine.check_reads()
        self._nest(fourth, third)
        self.machine.check_reads()
        self._nest(fourth, third)
        self.machine.check_reads()
        self._nest(first, second)

    def _move(self) -> None:
        tenant, admin, collections = self._tenant, self._admin, self._collections
        _require(tenant.change_collection_label(admin, collections[1], self._labels[1]))
        _require(tenant.move_collection(admin, collections[1], collections[3]))
        self.machine.check_reads()
        _require(tenant.move_document(admin, self._documents[4], collections[3]))
        self.machine.check_reads()
        assert not tenant.move_collection(admin, collections[3], collections[2])  # this would create a cycle
        _require(tenant.move_collection(admin, collections[1], None))

    def _change_labels(self) -> None:
        """Label two documents and a collection, publish one of the documents again, and remove the labels."""
        documents, label = self._documents, self._labels[2]
        for document in (documents[4], documents[0]):
            self._label(document, label)
        _require(self._tenant.change_collection_label(self._admin, self._collections[3], label))
        self._tenant.publish(documents[0], "10-K", "client")
        self.machine.check_reads()
        for document in (documents[4], documents[0]):
            self._label(document, label)
        _require(self._tenant.change_collection_label(self._admin, self._collections[3], label))

    def _delete(self) -> None:
        tenant, admin, document = self._tenant, self._admin, self._documents[5]
        _require(tenant.delete_document(admin, document))
        assert not tenant.delete_document(admin, document)
        # A grant on a deleted document is refused.
        assert not tenant.grant(admin, self._users[3], document, oracle.VIEWER, None)

    def _withdraw(self) -> None:
        tenant, world, admin = self._tenant, self._tenant.world, self._admin
        for holder in (self._groups[3], self._users[1]):
            _require(tenant.revoke(admin, next(key for key, grant in world.grants.items() if grant.holder == holder)))
        assert not tenant.delete_group(admin, self._groups[1])  # this group has an exclusion
        _require(tenant.delete_group(admin, self._groups[2]))
        _require(tenant.change_member(admin, self._groups[0], self._users[5]))
        self.machine.check_reads()
        _require(tenant.delete_pack(admin, next(iter(world.packs))))
        _require(tenant.revoke_exclusion(admin, next(iter(world.exclusions))))
        _require(tenant.revoke_clearance(admin, next(iter(world.clearances))))

    def _expire(self) -> None:
        users, documents = self._users, self._documents
        for number in (2, 3):
            self._grant(users[number], self._collections[0], oracle.VIEWER)
            self._clear(users[number], self._labels[0])
        self._label(documents[0], self._labels[0])
        self._exclude_from(documents[5], users[2], HOUR)
        self._clear(users[4], self._labels[0], HOUR)
        self._grant(users[4], self._collections[0], oracle.VIEWER)
        self._grant(users[1], self._collections[0], oracle.VIEWER, HOUR)
        for table in ("exclusions", "clearances", "grants"):
            self._tenant.wait_for_expiry(table, list(getattr(self._tenant.world, table))[-1])
            self.machine.check_reads()
        for key, grant in [*self._tenant.world.grants.items()]:
            if grant.holder in users[2:4] and grant.target == self._collections[0]:
                _require(self._tenant.revoke(self._admin, key))


def _require(done: bool) -> None:
    assert done, "the scenario expects this step to succeed"

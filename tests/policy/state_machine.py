"""Random runs that create, change and remove groups, collections, documents and rights in any order.

A step selects an object by a number, modulo the count of objects. Every number is therefore valid, even after
Hypothesis drops earlier steps to shrink a failing run.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.policy import oracle
from tests.policy.governed_tenant import GovernedTenant
from tests.policy.mirrored_tenant import KINDS, PEOPLE, SOURCES
from tests.policy.read_checks import ReadChecks, readers
from tests.policy.tally import Tally

Item = TypeVar("Item")
PLACE = st.integers(0, 29)
ACTOR = st.sampled_from((0, 0, 0, 1, 2, 3))
KIND, SOURCE = st.sampled_from((*KINDS, None)), st.sampled_from((*SOURCES, None))
ENDS = st.sampled_from((None, None, timedelta(hours=1), timedelta(hours=-1)))
STEPS_BETWEEN_CHECKS = 3


def step(**given: Any) -> Callable[[Callable[..., None]], Any]:
    """Declare a Hypothesis rule. The tally records the names of the rules that have run."""

    def decorate(follow: Callable[..., None]) -> Any:
        @wraps(follow)
        def followed(self: "PolicyStateMachine", **values: Any) -> None:
            self.tally.kinds.add(follow.__name__)
            follow(self, **values)

        return rule(**given)(followed)

    return decorate


def pick(items: Sequence[Item], number: int) -> Item:
    return items[number % len(items)]


class PolicyStateMachine(RuleBasedStateMachine):
    """A random run. `run_random_steps` sets its attributes. `more`: further arguments for the tenants."""

    database: Any
    tally: Tally
    more: dict[str, Any]

    @initialize()
    def set_up_tenants(self) -> None:
        """Create two tenants. The first has nested collections, documents, groups and labels. Only the administrator of
        each tenant has grants.
        """
        self.tenant, self.other_tenant = (GovernedTenant(self.database, self.tally, **self.more) for _ in range(2))
        self.read_checks = ReadChecks.over(self.tenant, self.other_tenant)
        self.steps = self.checks = 0
        self.tenant.found("this", PEOPLE)
        self.other_tenant.found("the other", PEOPLE[:2])
        self.world = self.tenant.world
        for tenant, collections, documents in ((self.tenant, 4, 5), (self.other_tenant, 1, 1)):
            admin = next(iter(tenant.world.users))
            for number in range(collections):
                # The first three collections are nested in each other. The fourth has no parent.
                tenant.create_collection(admin, [*tenant.world.parents][-1] if 0 < number < 3 else None)
            for number in range(documents):
                reported = KINDS[number % 3] if number != 3 else None
                made = tenant.upload(admin, pick([*tenant.world.parents], number), reported)
                if made is not None and reported is not None:
                    tenant.publish(made, reported, SOURCES[number % 2])
        for number in range(4):
            self.tenant.add_group(self._user(0))
            if number < 3:
                self.tenant.add_label(self._user(0))

    def resume_in(self, database: Any) -> "PolicyStateMachine":
        """Return a copy of this run. The steps of the copy change `database`, a copy of this run's database."""
        resumed = type(self)()
        resumed.tenant, resumed.other_tenant = (
            tenant.resume_in(database) for tenant in (self.tenant, self.other_tenant)
        )
        resumed.read_checks = ReadChecks.over(resumed.tenant, resumed.other_tenant)
        resumed.database, resumed.world = database, resumed.tenant.world
        resumed.steps = resumed.checks = 0
        return resumed

    # --- collections and documents ------------------------------------------------------------------------------------

    @step(actor=ACTOR, place=PLACE)
    def make_collection(self, actor: int, place: int) -> None:
        if len(self.world.parents) < 9:
            self.tenant.create_collection(self._user(actor), pick([*self.world.parents, None], place))

    @step(actor=ACTOR, which=PLACE, into=PLACE)
    def move_collection(self, actor: int, which: int, into: int) -> None:
        moved = pick([*self.world.parents], which)
        self.tenant.move_collection(self._user(actor), moved, pick([*self.world.parents, None], into))

    @step(actor=ACTOR, place=PLACE, reported=KIND, kind=KIND, source=SOURCE)
    def upload(self, actor: int, place: int, reported: str | None, kind: str | None, source: str | None) -> None:
        """Upload a document. `reported`: the type that the uploader sets. `kind`: the type read from the text."""
        if len(self.world.documents) < 12:
            made = self.tenant.upload(self._user(actor), pick([*self.world.parents], place), reported)
            if made is not None and kind is not None:
                self.tenant.publish(made, kind, source)

    @step(which=PLACE, kind=KIND, source=SOURCE)
    def publish_again(self, which: int, kind: str | None, source: str | None) -> None:
        self._with(self._alive(), which, lambda document: self.tenant.publish(document, kind, source))

    @step(actor=ACTOR, which=PLACE, kind=KIND, source=SOURCE)
    def describe(self, actor: int, which: int, kind: str | None, source: str | None) -> None:
        user = self._user(actor)
        self._with(self._alive(), which, lambda document: self.tenant.describe(user, document, kind, source))

    @step(actor=ACTOR, which=PLACE, into=PLACE)
    def move_document(self, actor: int, which: int, into: int) -> None:
        user, place = self._user(actor), pick([*self.world.parents], into)
        self._with(self._alive(), which, lambda document: self.tenant.move_document(user, document, place))

    @step(actor=ACTOR, which=PLACE)
    def delete_document(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with(self._alive()[:-3], which, lambda document: self.tenant.delete_document(user, document))

    @step(asker=PLACE, first=PLACE, second=PLACE, third=PLACE)
    def answer(self, asker: int, first: int, second: int, third: int) -> None:
        alive = self._alive()
        found = [pick(alive, number) for number in (first, second, third)]
        if len(self.world.answers) < 12:
            self.tenant.answer(self._user(asker), sorted({*found[:2]}), sorted({*found}))

    # --- users and groups ---------------------------------------------------------------------------------------------

    @step(actor=ACTOR, group=PLACE, member=PLACE)
    def join_or_leave(self, actor: int, group: int, member: int) -> None:
        self.tenant.change_member(self._user(actor), pick([*self.world.groups], group), self._user(member))

    @step(actor=ACTOR, outer=PLACE, inner=PLACE)
    def nest(self, actor: int, outer: int, inner: int) -> None:
        groups = [*self.world.groups]
        if pick(groups, outer) != pick(groups, inner):
            self.tenant.change_nesting(self._user(actor), pick(groups, outer), pick(groups, inner))

    @step(actor=ACTOR, which=PLACE)
    def unnest(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with(sorted(self.world.nestings), which, lambda pair: self.tenant.change_nesting(user, *pair))

    @step(which=PLACE)
    def replace_group(self, which: int) -> None:
        if self.tenant.delete_group(self._user(0), pick([*self.world.groups], which)):
            self.tenant.add_group(self._user(0))

    @step(which=PLACE)
    def disable_or_enable(self, which: int) -> None:
        """Disable a user who is not the administrator, or enable the user again."""
        self.tenant.change_disabled(self._user(0), pick([*self.world.users][1:], which))

    # --- grants, labels, exclusions and packs -------------------------------------------------------------------------

    @step(actor=ACTOR, holder=PLACE, which=PLACE, level=st.sampled_from((1, 1, 2, 3)), ends=ENDS)
    def grant(self, actor: int, holder: int, which: int, level: int, ends: timedelta | None) -> None:
        target = pick([*self.world.parents, *self.world.packs, *self.world.documents], which)
        self.tenant.grant(self._user(actor), self._holder(holder), target, level, self.tenant.until(ends))

    @step(actor=ACTOR, which=PLACE)
    def revoke(self, actor: int, which: int) -> None:
        self._with(self._revocable("grants"), which, lambda grant: self.tenant.revoke(self._user(actor), grant))

    @step(actor=ACTOR, which=PLACE, label=PLACE)
    def label_document(self, actor: int, which: int, label: int) -> None:
        user, chosen = self._user(actor), pick(sorted(self.world.labels), label)
        self._with(self._alive(), which, lambda document: self.tenant.change_document_label(user, document, chosen))

    @step(actor=ACTOR, which=PLACE, label=PLACE)
    def label_collection(self, actor: int, which: int, label: int) -> None:
        chosen = pick(sorted(self.world.labels), label)
        self.tenant.change_collection_label(self._user(actor), pick([*self.world.parents], which), chosen)

    @step(actor=ACTOR, holder=PLACE, label=PLACE, ends=ENDS)
    def clear(self, actor: int, holder: int, label: int, ends: timedelta | None) -> None:
        chosen = pick(sorted(self.world.labels), label)
        self.tenant.add_clearance(self._user(actor), self._holder(holder), chosen, self.tenant.until(ends))

    @step(actor=ACTOR, which=PLACE)
    def revoke_clearance(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.clearances], which, lambda key: self.tenant.revoke_clearance(user, key))

    @step(actor=ACTOR, holder=PLACE, which=PLACE, ends=ENDS)
    def exclude(self, actor: int, holder: int, which: int, ends: timedelta | None) -> None:
        user, held, until = self._user(actor), self._holder(holder), self.tenant.until(ends)
        self._with(self._alive(), which, lambda document: self.tenant.exclude(user, held, document, until))

    @step(actor=ACTOR, which=PLACE)
    def revoke_exclusion(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.exclusions], which, lambda key: self.tenant.revoke_exclusion(user, key))

    @step(actor=ACTOR, kinds=st.frozensets(st.sampled_from(KINDS), max_size=2), source=SOURCE, holder=PLACE)
    def make_pack(self, actor: int, kinds: frozenset[str], source: str | None, holder: int) -> None:
        """Add a pack, and grant it to a user or group."""
        sources = frozenset() if source is None else frozenset({source})
        if not kinds | sources or len(self.world.packs) > 3:
            return
        if self.tenant.add_pack(self._user(actor), kinds, sources):
            pack = [*self.world.packs][-1]
            self.tenant.grant(self._user(actor), self._holder(holder), pack, oracle.VIEWER, None)

    @step(actor=ACTOR, which=PLACE)
    def revoke_pack(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.packs], which, lambda pack: self.tenant.delete_pack(user, pack))

    @step(table=st.sampled_from(("grants", "clearances", "exclusions")), which=PLACE)
    def lapse(self, table: str, which: int) -> None:
        self._with(self._revocable(table), which, lambda key: self.tenant.wait_for_expiry(table, key))

    # --- checks -------------------------------------------------------------------------------------------------------

    @invariant()
    def check_after_steps(self) -> None:
        self.steps += 1
        self.tally.steps += 1
        if self.steps % STEPS_BETWEEN_CHECKS == 0:
            self.check_reads()

    def teardown(self) -> None:
        self.check_reads()

    def check_reads(self) -> None:
        """Check every table for every user. Check the repositories for one user: users take turns."""
        self.checks += 1
        self.read_checks.load_rows()
        asking = list(readers((self.tenant, self.other_tenant)))
        for tenant, user in asking:
            self.read_checks.check_tables(tenant, user)
        self.read_checks.check_repositories(*pick(asking, self.checks))

    # --- parts of steps -----------------------------------------------------------------------------------------------

    @staticmethod
    def _with(items: Sequence[Item], number: int, act: Callable[[Item], object]) -> None:
        if items:
            act(pick(items, number))

    def _user(self, number: int) -> UUID:
        """Return an enabled user, because disabled users cannot sign in."""
        return pick([key for key, user in self.world.users.items() if not user.is_disabled], number)

    def _holder(self, number: int) -> UUID:
        return pick([*[*self.world.users][1:], *self.world.groups], number)

    def _alive(self) -> list[UUID]:
        return [key for key, document in self.world.documents.items() if not document.is_deleted]

    def _revocable(self, table: str) -> list[UUID]:
        """Return the ids of all rights in the table, except those of the first user, who needs them to make changes."""
        first = next(iter(self.world.users))
        return [key for key, each in getattr(self.world, table).items() if each.holder != first]


def run_random_steps(
    database: Any,
    tally: Tally,
    *,
    seed: int,
    runs: int,
    steps: int,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
    **more: Any,
) -> None:
    """Do `runs` random runs of at most `steps` steps each. If one fails, print the shortest failing run and raise
    DifferenceError.

    Hypothesis begins with a run without steps and a run that repeats the simplest step. These two runs are not counted
    in `runs`.
    """
    made = type("RandomRun", (PolicyStateMachine,), {"database": database, "tally": tally, "more": more})
    run_state_machine_as_test(
        seeded(seed)(made),
        settings=settings(
            max_examples=runs + 2,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Random lives of a tenant: people, groups, collections, documents and rights come, change and go, in any order.

A rule's numbers are taken modulo what there is, so that any of its steps can be left out when a failure is shrunk.
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
from tests.policy.estate import KINDS, PEOPLE, SOURCES
from tests.policy.looking import Looking, readers
from tests.policy.rights import RuledEstate
from tests.policy.tally import Tally

Thing = TypeVar("Thing")
PLACE = st.integers(0, 29)
ACTOR = st.sampled_from((0, 0, 0, 1, 2, 3))
KIND, SOURCE = st.sampled_from((*KINDS, None)), st.sampled_from((*SOURCES, None))
ENDS = st.sampled_from((None, None, timedelta(hours=1), timedelta(hours=-1)))
STEPS_BETWEEN_LOOKS = 3


def step(**given: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule, of which the tally knows that it was followed."""

    def decorate(follow: Callable[..., None]) -> Any:
        @wraps(follow)
        def followed(self: "PolicyMachine", **values: Any) -> None:
            self.tally.kinds.add(follow.__name__)
            follow(self, **values)

        return rule(**given)(followed)

    return decorate


def pick(things: Sequence[Thing], number: int) -> Thing:
    return things[number % len(things)]


class PolicyMachine(RuleBasedStateMachine):
    """`database`, `tally` and what else estates are made of are set by `run_lives`."""

    database: Any
    tally: Tally
    more: dict[str, Any]

    @initialize()
    def begin(self) -> None:
        """Two tenants; here nested collections, documents, groups and labels, and nobody's rights but the founder's."""
        self.here, self.there = (RuledEstate(self.database, self.tally, **self.more) for _ in range(2))
        self.looking = Looking.over(self.here, self.there)
        self.steps = self.looks = 0
        self.here.found("this", PEOPLE)
        self.there.found("the other", PEOPLE[:2])
        self.world = self.here.world
        for estate, collections, documents in ((self.here, 4, 5), (self.there, 1, 1)):
            chief = next(iter(estate.world.users))
            for number in range(collections):
                # Three, one inside the other, and one beside them.
                estate.create_collection(chief, [*estate.world.parents][-1] if 0 < number < 3 else None)
            for number in range(documents):
                said = KINDS[number % 3] if number != 3 else None
                made = estate.upload(chief, pick([*estate.world.parents], number), said)
                if made is not None and said is not None:
                    estate.publish(made, said, SOURCES[number % 2])
        for number in range(4):
            self.here.add_group(self._user(0))
            if number < 3:
                self.here.add_label(self._user(0))

    def resume_in(self, database: Any) -> "PolicyMachine":
        """The same lives, gone on with in a copy of the database."""
        resumed = type(self)()
        resumed.here, resumed.there = (estate.resume_in(database) for estate in (self.here, self.there))
        resumed.looking = Looking.over(resumed.here, resumed.there)
        resumed.database, resumed.world = database, resumed.here.world
        resumed.steps = resumed.looks = 0
        return resumed

    # --- collections and documents ----------------------------------------------------------------------------------

    @step(actor=ACTOR, place=PLACE)
    def make_collection(self, actor: int, place: int) -> None:
        if len(self.world.parents) < 9:
            self.here.create_collection(self._user(actor), pick([*self.world.parents, None], place))

    @step(actor=ACTOR, which=PLACE, into=PLACE)
    def move_collection(self, actor: int, which: int, into: int) -> None:
        moved = pick([*self.world.parents], which)
        self.here.move_collection(self._user(actor), moved, pick([*self.world.parents, None], into))

    @step(actor=ACTOR, place=PLACE, said=KIND, kind=KIND, source=SOURCE)
    def upload(self, actor: int, place: int, said: str | None, kind: str | None, source: str | None) -> None:
        """Of a kind that the uploader says, or that is only read, or of another than is said."""
        if len(self.world.documents) < 12:
            made = self.here.upload(self._user(actor), pick([*self.world.parents], place), said)
            if made is not None and kind is not None:
                self.here.publish(made, kind, source)

    @step(which=PLACE, kind=KIND, source=SOURCE)
    def publish_again(self, which: int, kind: str | None, source: str | None) -> None:
        self._with(self._alive(), which, lambda document: self.here.publish(document, kind, source))

    @step(actor=ACTOR, which=PLACE, kind=KIND, source=SOURCE)
    def describe(self, actor: int, which: int, kind: str | None, source: str | None) -> None:
        user = self._user(actor)
        self._with(self._alive(), which, lambda document: self.here.describe(user, document, kind, source))

    @step(actor=ACTOR, which=PLACE, into=PLACE)
    def move_document(self, actor: int, which: int, into: int) -> None:
        user, place = self._user(actor), pick([*self.world.parents], into)
        self._with(self._alive(), which, lambda document: self.here.move_document(user, document, place))

    @step(actor=ACTOR, which=PLACE)
    def delete_document(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with(self._alive()[:-3], which, lambda document: self.here.delete_document(user, document))

    @step(asker=PLACE, first=PLACE, second=PLACE, third=PLACE)
    def answer(self, asker: int, first: int, second: int, third: int) -> None:
        alive = self._alive()
        found = [pick(alive, number) for number in (first, second, third)]
        if len(self.world.answers) < 12:
            self.here.answer(self._user(asker), sorted({*found[:2]}), sorted({*found}))

    # --- who is who -----------------------------------------------------------------------------------------------

    @step(actor=ACTOR, group=PLACE, member=PLACE)
    def join_or_leave(self, actor: int, group: int, member: int) -> None:
        self.here.change_member(self._user(actor), pick([*self.world.groups], group), self._user(member))

    @step(actor=ACTOR, outer=PLACE, inner=PLACE)
    def nest(self, actor: int, outer: int, inner: int) -> None:
        groups = [*self.world.groups]
        if pick(groups, outer) != pick(groups, inner):
            self.here.change_nesting(self._user(actor), pick(groups, outer), pick(groups, inner))

    @step(actor=ACTOR, which=PLACE)
    def unnest(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with(sorted(self.world.nestings), which, lambda pair: self.here.change_nesting(user, *pair))

    @step(which=PLACE)
    def replace_group(self, which: int) -> None:
        if self.here.delete_group(self._user(0), pick([*self.world.groups], which)):
            self.here.add_group(self._user(0))

    @step(which=PLACE)
    def disable_or_enable(self, which: int) -> None:
        """Anybody but the administrator."""
        self.here.change_disabled(self._user(0), pick([*self.world.users][1:], which))

    # --- who may what -----------------------------------------------------------------------------------------------

    @step(actor=ACTOR, holder=PLACE, which=PLACE, level=st.sampled_from((1, 1, 2, 3)), ends=ENDS)
    def grant(self, actor: int, holder: int, which: int, level: int, ends: timedelta | None) -> None:
        target = pick([*self.world.parents, *self.world.packs, *self.world.documents], which)
        self.here.grant(self._user(actor), self._holder(holder), target, level, self.here.until(ends))

    @step(actor=ACTOR, which=PLACE)
    def revoke(self, actor: int, which: int) -> None:
        self._with(self._revocable("grants"), which, lambda grant: self.here.revoke(self._user(actor), grant))

    @step(actor=ACTOR, which=PLACE, label=PLACE)
    def label_document(self, actor: int, which: int, label: int) -> None:
        user, chosen = self._user(actor), pick(sorted(self.world.labels), label)
        self._with(self._alive(), which, lambda document: self.here.change_document_label(user, document, chosen))

    @step(actor=ACTOR, which=PLACE, label=PLACE)
    def label_collection(self, actor: int, which: int, label: int) -> None:
        chosen = pick(sorted(self.world.labels), label)
        self.here.change_collection_label(self._user(actor), pick([*self.world.parents], which), chosen)

    @step(actor=ACTOR, holder=PLACE, label=PLACE, ends=ENDS)
    def clear(self, actor: int, holder: int, label: int, ends: timedelta | None) -> None:
        chosen = pick(sorted(self.world.labels), label)
        self.here.give_clearance(self._user(actor), self._holder(holder), chosen, self.here.until(ends))

    @step(actor=ACTOR, which=PLACE)
    def take_clearance(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.clearances], which, lambda key: self.here.take_clearance(user, key))

    @step(actor=ACTOR, holder=PLACE, which=PLACE, ends=ENDS)
    def exclude(self, actor: int, holder: int, which: int, ends: timedelta | None) -> None:
        user, held, until = self._user(actor), self._holder(holder), self.here.until(ends)
        self._with(self._alive(), which, lambda document: self.here.exclude(user, held, document, until))

    @step(actor=ACTOR, which=PLACE)
    def take_exclusion(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.exclusions], which, lambda key: self.here.take_exclusion(user, key))

    @step(actor=ACTOR, kinds=st.frozensets(st.sampled_from(KINDS), max_size=2), source=SOURCE, holder=PLACE)
    def make_pack(self, actor: int, kinds: frozenset[str], source: str | None, holder: int) -> None:
        """A pack, and somebody who holds it."""
        sources = frozenset() if source is None else frozenset({source})
        if not kinds | sources or len(self.world.packs) > 3:
            return
        if self.here.add_pack(self._user(actor), kinds, sources):
            pack = [*self.world.packs][-1]
            self.here.grant(self._user(actor), self._holder(holder), pack, oracle.VIEWER, None)

    @step(actor=ACTOR, which=PLACE)
    def take_pack(self, actor: int, which: int) -> None:
        user = self._user(actor)
        self._with([*self.world.packs], which, lambda pack: self.here.delete_pack(user, pack))

    @step(table=st.sampled_from(("grants", "clearances", "exclusions")), which=PLACE)
    def let_end(self, table: str, which: int) -> None:
        self._with(self._revocable(table), which, lambda key: self.here.wait_for_end(table, key))

    # --- looking ------------------------------------------------------------------------------------------------------

    @invariant()
    def everybody_sees_what_the_oracle_says(self) -> None:
        self.steps += 1
        self.tally.steps += 1
        if self.steps % STEPS_BETWEEN_LOOKS == 0:
            self.look()

    def teardown(self) -> None:
        self.look()

    def look(self) -> None:
        """Everybody looks at every table, and one at a time, in turn, at what the repositories give."""
        self.looks += 1
        self.looking.begin()
        asking = list(readers((self.here, self.there)))
        for estate, user in asking:
            self.looking.look(estate, user)
        self.looking.look_by_repositories(*pick(asking, self.looks))

    # --- parts --------------------------------------------------------------------------------------------------------

    @staticmethod
    def _with(things: Sequence[Thing], number: int, act: Callable[[Thing], object]) -> None:
        if things:
            act(pick(things, number))

    def _user(self, number: int) -> UUID:
        """One who is not disabled: others can not sign in."""
        return pick([key for key, user in self.world.users.items() if not user.is_disabled], number)

    def _holder(self, number: int) -> UUID:
        return pick([*[*self.world.users][1:], *self.world.groups], number)

    def _alive(self) -> list[UUID]:
        return [key for key, document in self.world.documents.items() if not document.is_deleted]

    def _revocable(self, table: str) -> list[UUID]:
        """All but the founder's own, without which there would be nothing to do."""
        founder = next(iter(self.world.users))
        return [key for key, each in getattr(self.world, table).items() if each.holder != founder]


def run_lives(
    database: Any,
    tally: Tally,
    *,
    seed: int,
    lives: int,
    steps: int,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
    **more: Any,
) -> None:
    """So many lives of so many steps. Raises DifferenceError after printing the shortest life that shows it.

    Before the first that is random, Hypothesis tries one of nothing but the simplest step, and an empty one.
    """
    made = type("Life", (PolicyMachine,), {"database": database, "tally": tally, "more": more})
    run_state_machine_as_test(
        seeded(seed)(made),
        settings=settings(
            max_examples=lives + 2,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )

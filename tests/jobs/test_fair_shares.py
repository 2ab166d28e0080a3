"""Workers choose stages by fair shares between tenants, and by priority within a tenant. No stage waits for ever."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.clock import SystemClock
from app.db.session import system_principal
from app.identity.service import TenantAdmin
from app.jobs.plan import Priority
from app.jobs.states import Lease
from tests.jobs.conftest import Ledger

INTERACTIVE, BULK, BACKGROUND = (priority.rank for priority in Priority)
TENTH = 10  # every tenth turn of a tenant goes to its oldest stage
_numbers = itertools.count()
_ADD = (
    "INSERT INTO stages (id, tenant_id, run_id, position, name, queue, priority, status, attempt, outages, wakes,"
    " lease_token, available_at, wake_at) "
    "SELECT gen_random_uuid(), :tenant, :run, 0, 'stage ' || n || gen_random_uuid(), :queue, :priority, 'pending',"
    " 0, 0, 0, 0, now() + make_interval(secs => :due_in), now() FROM generate_series(1, :count) n RETURNING id"
)


@dataclass
class Yard:
    """A queue of its own, with tenants whose stages are only claimed and finished, and never run."""

    database: object
    queue: str = field(default_factory=lambda: f"queue-{next(_numbers)}")
    ledgers: dict = field(default_factory=dict)
    runs: dict = field(default_factory=dict)

    def add_tenant(self, weight: int = 1) -> UUID:
        ledger = Ledger(database=self.database)
        self.ledgers[ledger.tenant], self.runs[ledger.tenant] = ledger, ledger.start()
        if weight != 1:
            TenantAdmin(owner=self.database.owner, clock=SystemClock()).set_weight(ledger.tenant, weight)
        return ledger.tenant

    def add(self, tenant: UUID, priority: int = BULK, *, count: int = 1, due_in: float = 0.0) -> list[UUID]:
        rows = self.ledgers[tenant].sql(
            _ADD, tenant=tenant, run=self.runs[tenant], queue=self.queue, priority=priority, count=count, due_in=due_in
        )
        return [stage for (stage,) in rows]

    def claim(self) -> Lease | None:
        return next(iter(self.ledgers.values())).leases.claim_next(self.queue, owner="one")

    def finish(self, lease: Lease) -> None:
        self.ledgers[lease.tenant_id].sql("UPDATE stages SET status = 'done' WHERE id = :id", id=lease.stage_id)

    def serve(self) -> Lease:
        """Claim a stage and finish it."""
        lease = self.claim()
        self.finish(lease)
        return lease


@pytest.fixture
def yard(module_database) -> Yard:
    return Yard(module_database)


def test_one_stage_does_not_wait_for_sixty_of_another_tenant(yard):
    many, few = yard.add_tenant(), yard.add_tenant()
    yard.add(many, count=60)
    assert yard.serve().tenant_id == many
    yard.add(few)
    assert yard.serve().tenant_id == few


def test_tenant_with_fewer_running_stages_comes_first(yard):
    many, few = yard.add_tenant(), yard.add_tenant()
    yard.add(many, count=3)
    first = yard.claim()
    yard.add(few, count=3)
    assert [yard.serve().tenant_id for _ in range(3)] == [few] * 3
    yard.finish(first)
    assert [yard.claim().tenant_id for _ in range(2)] == [many, many]


def test_tenants_take_turns(yard):
    tenants = [yard.add_tenant() for _ in range(3)]
    for tenant in tenants:
        yard.add(tenant, count=3)
    served = [yard.serve().tenant_id for _ in range(9)]
    assert [set(served[turn : turn + 3]) for turn in (0, 3, 6)] == [set(tenants)] * 3


def test_priorities_decide_within_a_tenant_only(yard):
    mine, other = yard.add_tenant(), yard.add_tenant()
    background, bulk, interactive = (yard.add(mine, rank)[0] for rank in (BACKGROUND, BULK, INTERACTIVE))
    yard.add(other, BACKGROUND, count=3)
    served = [yard.serve() for _ in range(6)]
    assert [lease.stage_id for lease in served if lease.tenant_id == mine] == [interactive, bulk, background]
    assert {lease.tenant_id for lease in served[:2]} == {mine, other}


def test_every_tenth_turn_goes_to_the_stage_that_has_waited_longest(yard):
    tenant = yard.add_tenant()
    (old,) = yard.add(tenant, BACKGROUND)
    yard.add(tenant, INTERACTIVE, count=3 * TENTH)
    assert [yard.serve().stage_id for _ in range(TENTH)].index(old) == TENTH - 1


def test_stages_that_are_not_due_or_of_other_queues_are_not_claimed(yard, module_database):
    tenant = yard.add_tenant()
    yard.add(tenant, INTERACTIVE, due_in=3600)
    assert yard.claim() is None
    assert Yard(module_database, ledgers=yard.ledgers).claim() is None
    (due,) = yard.add(tenant, BACKGROUND)
    assert yard.claim().stage_id == due
    assert yard.claim() is None


def test_weights_divide_the_running_stages_and_the_turns(yard):
    heavy, light = yard.add_tenant(weight=3), yard.add_tenant()
    for tenant in (heavy, light):
        yard.add(tenant, count=60)
    at_once = [yard.claim() for _ in range(8)]
    assert sum(lease.tenant_id == heavy for lease in at_once) in (5, 6, 7)
    for lease in at_once:
        yard.finish(lease)
    one_by_one = [yard.serve().tenant_id for _ in range(40)]
    assert 26 <= one_by_one.count(heavy) <= 34


def test_workers_claim_different_stages_at_once(yard):
    tenants = [yard.add_tenant() for _ in range(2)]
    for tenant in tenants:
        yard.add(tenant, count=10)
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda _: yard.claim(), range(24)))
    stages = [lease.stage_id for lease in claimed if lease is not None]
    assert len(stages) == len(set(stages)) == 20


def test_claim_reads_few_rows_of_ten_thousand_waiting(yard):
    many = yard.add_tenant()
    yard.add(many, count=10_000)
    for tenant in (yard.add_tenant(), yard.add_tenant()):
        yard.add(tenant, INTERACTIVE, count=50)
    with yard.database.worker.transaction(system_principal(many)) as session:
        for _ in range(10):
            assert session.execute(text("SELECT * FROM choose_stage(:queue)"), {"queue": yard.queue}).one()
        scans, rows = session.execute(
            text("SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'stages'")
        ).one()
    assert scans == 0
    assert rows < 10 * 100


@dataclass
class Rules:
    """A model of `choose_stage` in Python, for tenants of equal weight."""

    due: dict = field(default_factory=dict)  # tenant → [(priority, number)]
    running: dict = field(default_factory=dict)
    last: dict = field(default_factory=dict)
    turns: dict = field(default_factory=dict)

    def choose(self, turn: int):
        waiting = [tenant for tenant, stages in self.due.items() if stages]
        if not waiting:
            return None
        tenant = min(waiting, key=lambda each: (self.running.get(each, 0), self.last.get(each, -1), each))
        turns = self.turns.get(tenant, 0)
        stages = self.due[tenant]
        chosen = min(stages, key=lambda stage: stage[1]) if turns % TENTH == TENTH - 1 else min(stages)
        stages.remove(chosen)
        self.running[tenant] = self.running.get(tenant, 0) + 1
        self.last[tenant], self.turns[tenant] = turn, turns + 1
        return tenant, chosen


STEPS = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("claim")),
    st.tuples(st.just("finish"), st.integers(0, 5)),
)


@settings(max_examples=12)
@given(steps=st.lists(STEPS, min_size=20, max_size=60))
def test_any_order_of_events_follows_the_rules(module_database, steps):
    yard = Yard(module_database)
    ids = [yard.add_tenant() for _ in range(3)]
    rules, numbers, leases = Rules(), {}, []
    for turn, (step, *given_) in enumerate(steps):
        if step == "add":
            tenant, priority = ids[given_[0]], given_[1]
            (stage,) = yard.add(tenant, priority)
            numbers[stage] = turn
            rules.due.setdefault(tenant, []).append((priority, turn))
        elif step == "claim":
            expected, lease = rules.choose(turn), yard.claim()
            assert (lease is None) is (expected is None)
            if lease is not None:
                leases.append(lease)
                assert (lease.tenant_id, numbers[lease.stage_id]) == (expected[0], expected[1][1])
        elif leases:
            lease = leases.pop(given_[0] % len(leases))
            yard.finish(lease)
            rules.running[lease.tenant_id] -= 1


@settings(max_examples=6)
@given(
    weights=st.lists(st.integers(1, 4), min_size=1, max_size=2),
    workers=st.integers(1, 3),
    priorities=st.lists(st.integers(0, 1), min_size=1, max_size=3),
)
def test_background_stage_is_served_however_much_other_work_arrives(module_database, weights, workers, priorities):
    """Rivals, and the tenant itself, always have work of better priority. Rivals have any weight."""
    yard = Yard(module_database)
    victim, *rivals = (yard.add_tenant(weight) for weight in (1, *weights))
    (stage,) = yard.add(victim, BACKGROUND)
    most = 2 * TENTH * (1 + sum(weights)) + workers
    for tenant in (victim, *rivals):
        for priority in priorities:
            yard.add(tenant, priority, count=most)
    leases = []
    for _ in range(most):
        leases.append(yard.claim())
        if leases[-1].stage_id == stage:
            return
        if len(leases) == workers:
            yard.finish(leases.pop(0))
    pytest.fail(f"the stage was not served in {most} turns")

"""Compares reads with the oracle. Random runs read by SQL and through repositories. The scripted scenario reads over
HTTP. (In `test_mutations`, the scenario reads by SQL and through repositories.)

In `make prove-access`, the random runs continue until a million reads are checked.
"""

import os
import time
from itertools import count

import pytest

from tests.policy.conftest import CHECKED
from tests.policy.http_policy_checks import HttpPolicyChecks
from tests.policy.scenario import Scenario
from tests.policy.state_machine import PolicyStateMachine, run_random_steps
from tests.policy.tally import Tally

READS = int(os.environ.get("FOOTNOTE_PROVE_READS", "100000"))
RUNS, STEPS = 3, 40
PARTS = 2
"""The number of parts of the random runs. Each part has its own seeds and does half of the reads. The parts can
therefore run in different processes.
"""


@pytest.fixture
def tally(record_property):
    """Counts of the comparisons. The summary of the test run shows them."""
    made, began = Tally(), time.monotonic()
    yield made
    record_property(CHECKED, f"{made.summary()}, in {time.monotonic() - began:.0f} s")


class HttpStateMachine(PolicyStateMachine):
    """A run that checks reads over HTTP. It calls the function `check`. While `check` is None, it checks nothing."""

    check = None

    def check_reads(self):
        if self.check is not None:
            self.check()


@pytest.mark.random
@pytest.mark.parametrize("part", range(PARTS))
def test_random_runs_read_what_the_oracle_allows(module_database, tally, first_seed, part):
    seeds = count(first_seed + 1 + part, PARTS)
    while tally.reads < READS / PARTS:
        seed = next(seeds)
        tally.seeds.append(seed)
        run_random_steps(module_database, tally, seed=seed, runs=RUNS, steps=STEPS)
    assert tally.differences == 0
    assert len(tally.kinds) >= 20, sorted(tally.kinds)


def test_http_reads_match_the_oracle(postgres, module_database, server, tally):
    made = {"database": module_database, "tally": tally, "more": {"store": server.store}}
    scenario = Scenario(type("Scripted", (HttpStateMachine,), made)(), postgres.url("postgres", module_database.name))
    scenario.set_up()
    checks = HttpPolicyChecks(server, scenario.machine.tenant, scenario.machine.other_tenant)
    checks.check_all()
    scenario.machine.check = checks.check_next_users
    scenario.run_phases()
    checks.check_questions()
    assert tally.differences == 0
    assert tally.reads > 2_000

"""Every way to read is held against the oracle, over random lives, and over HTTP in one that was thought out (which
`test_mutations` tells below HTTP, whole and broken).

`make prove-access` goes on until a million reads are checked.
"""

import os
import time
from itertools import count

import pytest

from tests.policy.conftest import CHECKED
from tests.policy.http_policy_looking import HttpPolicyLooking
from tests.policy.machine import PolicyMachine, run_lives
from tests.policy.scenario import Scenario
from tests.policy.tally import Tally

READS = int(os.environ.get("FOOTNOTE_PROVE_READS", "100000"))
LIVES, STEPS = 3, 40
PARTS = 2
"""Each counts its own seeds and its own part of the reads, so that any process can run it."""


@pytest.fixture
def tally(record_property):
    """What was compared, which the summary tells."""
    made, began = Tally(), time.monotonic()
    yield made
    record_property(CHECKED, f"{made.told()}, in {time.monotonic() - began:.0f} s")


class Unwatched(PolicyMachine):
    """A life that is looked at from elsewhere: by `watch`, once there is one."""

    watch = None

    def look(self):
        if self.watch is not None:
            self.watch()


@pytest.mark.random
@pytest.mark.parametrize("part", range(PARTS))
def test_in_random_lives_everybody_sees_what_the_oracle_says(module_database, tally, first_seed, part):
    seeds = count(first_seed + 1 + part, PARTS)
    while tally.reads < READS / PARTS:
        seed = next(seeds)
        tally.seeds.append(seed)
        run_lives(module_database, tally, seed=seed, lives=LIVES, steps=STEPS)
    assert tally.differences == 0
    assert len(tally.kinds) >= 20, sorted(tally.kinds)


def test_over_http_everybody_sees_what_the_oracle_says(postgres, module_database, server, tally):
    made = {"database": module_database, "tally": tally, "more": {"store": server.store}}
    story = Scenario(type("Told", (Unwatched,), made)(), postgres.url("postgres", module_database.name))
    story.tell_beginning()
    looking = HttpPolicyLooking(server, story.machine.here, story.machine.there)
    looking.look()
    story.machine.watch = looking.look_again
    story.tell_rest()
    looking.ask()
    assert tally.differences == 0
    assert tally.reads > 2_000

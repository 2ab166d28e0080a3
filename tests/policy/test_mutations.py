"""Whatever is broken of the policy is seen: each mutation by the comparison that finds nothing in the policy itself."""

import os
from uuid import uuid4

import pytest

from app.db.provision import _connect
from tests.conftest import _close, _open
from tests.policy.machine import PolicyMachine
from tests.policy.mutations import AS_FOR_MANY, MUTATIONS
from tests.policy.scenario import Scenario
from tests.policy.tally import DifferenceError, Tally
from tests.policy.write_mutations import WRITE_MUTATIONS


@pytest.fixture(scope="module")
def told(postgres, migrated_template):
    """A life's beginning, and the database that it was told in, which nobody is connected to any more."""
    name = f"test_{uuid4().hex}"
    postgres.databases.copy_database(migrated_template, name)
    opened = _open(postgres, name)
    machine = type("Told", (PolicyMachine,), {"database": opened, "tally": Tally(), "more": {}})()
    story = Scenario(machine, postgres.url("postgres", name))
    story.tell_beginning()
    for database in (opened.api, opened.worker, opened.owner, opened.relay):
        database.close()
    yield name, story
    postgres.databases.drop_database(name)


@pytest.fixture
def opened_copy(postgres, told):
    name = f"test_{uuid4().hex}"
    postgres.databases.copy_database(told[0], name)
    opened = _open(postgres, name)
    yield opened
    _close(postgres, opened)


def test_there_are_many_ways_to_break_it_each_named_once():
    assert len(MUTATIONS) >= 24
    assert len(WRITE_MUTATIONS) >= 15
    every = (*MUTATIONS, *WRITE_MUTATIONS)
    assert len({mutation.name for mutation in every}) == len(every)


def test_a_policy_that_nobody_broke_is_found_whole(told, opened_copy):
    story = told[1].resume_in(opened_copy)
    story.tell_rest()
    assert story.machine.here.tally.differences == 0
    assert story.machine.here.tally.reads > 5_000


def test_whoever_is_in_many_groups_sees_what_the_oracle_says(postgres, told, opened_copy):
    with _connect(postgres.url("postgres", opened_copy.name)) as connection:
        AS_FOR_MANY.apply(connection)
    story = told[1].resume_in(opened_copy)
    story.machine.here.tally.reads = 0
    story.tell_rest()
    assert story.machine.here.tally.differences == 0
    assert story.machine.here.tally.reads > 5_000


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_broken_policy_is_found(postgres, told, opened_copy, mutation):
    with _connect(postgres.url("postgres", opened_copy.name)) as connection:
        mutation.apply(connection)
    with pytest.raises(DifferenceError):
        told[1].resume_in(opened_copy).tell_rest()


# Every third of them in a usual run, all in `make prove-access`.
SOME_WRITE_MUTATIONS = WRITE_MUTATIONS if "FOOTNOTE_PROVE_READS" in os.environ else WRITE_MUTATIONS[::3]


@pytest.mark.parametrize("mutation", SOME_WRITE_MUTATIONS, ids=lambda mutation: mutation.name)
def test_who_may_write_what_is_not_theirs_is_found(postgres, told, opened_copy, mutation):
    with _connect(postgres.url("postgres", opened_copy.name)) as connection:
        mutation.apply(connection)
    with pytest.raises(DifferenceError):
        told[1].resume_in(opened_copy).overreach()

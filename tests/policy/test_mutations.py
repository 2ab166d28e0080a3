"""The checks find every mutation of the policy, and no difference in the unchanged policy."""

import os
from itertools import groupby

import pytest

from app.db.provision import _connect
from tests.policy.conftest import CHECKED
from tests.policy.mutations import MANY_GROUPS_FOR_ALL, MUTATIONS
from tests.policy.snapshots import ScenarioSnapshots
from tests.policy.tally import DifferenceError
from tests.policy.write_mutations import WRITE_MUTATIONS

AT_ONCE = "reads"
SHOWN_AT_ONCE = [mutation for mutation in MUTATIONS if mutation.phase == AT_ONCE]
SHOWN_LATER = sorted((each for each in MUTATIONS if each.phase != AT_ONCE), key=lambda mutation: mutation.phase)


def sample(mutations):
    """Return every third mutation of each phase. In `make prove-access`, return all mutations."""
    if "FOOTNOTE_PROVE_READS" in os.environ:
        return mutations
    phases = [[*each] for _, each in groupby(mutations, key=lambda mutation: mutation.phase)]
    return [mutation for phase in phases for mutation in phase[::3]]


@pytest.fixture(scope="module")
def snapshots(postgres, migrated_template):
    with ScenarioSnapshots.take(postgres, migrated_template) as made:
        yield made


@pytest.fixture(scope="module")
def scenario_copy(postgres, snapshots):
    """Yield a database for tests that only read, its scenario and a superuser's connection. Then check all reads."""
    with (
        snapshots.copied(AT_ONCE) as (database, scenario),
        _connect(postgres.url("postgres", database.name)) as connection,
    ):
        yield database, scenario, connection
        scenario.machine.check_reads()


def apply_mutation(postgres, database, mutation):
    with _connect(postgres.url("postgres", database.name)) as connection:
        mutation.apply(connection)


def test_there_are_enough_mutations_and_their_names_are_distinct():
    assert len(MUTATIONS) >= 24
    assert len(WRITE_MUTATIONS) >= 15
    every = (*MUTATIONS, *WRITE_MUTATIONS)
    assert len({mutation.name for mutation in every}) == len(every)


def test_usual_run_applies_mutations_of_every_phase():
    assert len(SHOWN_AT_ONCE) >= 20
    applied = [*SHOWN_AT_ONCE, *sample(SHOWN_LATER)]
    assert {mutation.phase for mutation in applied} == {mutation.phase for mutation in MUTATIONS}


def test_scenario_reads_match_the_oracle(snapshots, record_property):
    record_property(CHECKED, snapshots.tally.summary())
    assert snapshots.tally.differences == 0
    assert snapshots.tally.reads > 20_000


def test_users_in_many_groups_read_what_the_oracle_allows(postgres, snapshots):
    with snapshots.copied(AT_ONCE) as (database, scenario):
        apply_mutation(postgres, database, MANY_GROUPS_FOR_ALL)
        scenario.machine.tenant.tally.reads = 0
        scenario.run_phases()
    assert scenario.machine.tenant.tally.differences == 0
    assert scenario.machine.tenant.tally.reads > 5_000


@pytest.mark.parametrize("mutation", SHOWN_AT_ONCE, ids=lambda mutation: mutation.name)
def test_reads_reveal_a_mutation(scenario_copy, mutation):
    database, scenario, connection = scenario_copy
    state_machine = scenario.resume_in(database).machine
    with mutation.applied(connection), pytest.raises(DifferenceError):
        state_machine.check_reads()


@pytest.mark.parametrize("mutation", sample(SHOWN_LATER), ids=lambda mutation: mutation.name)
def test_changes_reveal_a_mutation(postgres, snapshots, mutation):
    with snapshots.copied(mutation.phase) as (database, scenario):
        apply_mutation(postgres, database, mutation)
        with pytest.raises(DifferenceError):
            scenario.run_from(mutation.phase)


@pytest.mark.parametrize("mutation", sample(WRITE_MUTATIONS), ids=lambda mutation: mutation.name)
def test_forbidden_writes_reveal_a_mutation(postgres, snapshots, mutation):
    with snapshots.copied("forbidden writes") as (database, scenario):
        apply_mutation(postgres, database, mutation)
        with pytest.raises(DifferenceError):
            scenario.try_forbidden_writes()

"""Comparisons are kept, and shown only to whoever may see both runs at that moment."""

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal
from app.evaluations.comparing import KEPT, ComparisonService
from app.evaluations.errors import PublishedRunNotFoundError


class Counting:
    """The evaluations, counting how often two runs are read whole."""

    def __init__(self, evaluations):
        self._evaluations = evaluations
        self.read = 0

    def get_run(self, *arguments):
        return self._evaluations.get_run(*arguments)

    def get_pair(self, *arguments):
        self.read += 1
        return self._evaluations.get_pair(*arguments)


@pytest.fixture
def counting(evaluations):
    return Counting(evaluations)


@pytest.fixture
def comparisons(counting):
    return ComparisonService(evaluations=counting)


@pytest.fixture
def ids(evaluations, engineer, received):
    runs = [received([0.0, 1.0, 0.0]), received([1.0, 1.0, 0.0])]
    return [evaluations.publish(engineer, run)[0].manifest.id for run in runs]


def test_the_same_comparison_is_worked_out_once(comparisons, counting, engineer, ids):
    first = comparisons.compare(engineer, *ids)
    assert (first.before.id, first.after.id, first.comparison.wins) == (*ids, 1)
    assert comparisons.compare(engineer, *ids) == first
    assert counting.read == 1
    assert comparisons.compare(engineer, *reversed(ids)).comparison.losses == 1


def test_a_kept_comparison_is_hidden_as_soon_as_the_role_is_gone(comparisons, people, ids, database_as_owner):
    other = people.make(Role.ENGINEER)
    comparisons.compare(other, *ids)
    database_as_owner("UPDATE users SET roles = '{analyst}' WHERE id = :id", other)
    with pytest.raises(PublishedRunNotFoundError):
        comparisons.compare(other, *ids)


def test_another_tenants_comparison_is_not_there(comparisons, people, engineer, ids):
    comparisons.compare(engineer, *ids)
    with pytest.raises(PublishedRunNotFoundError):
        comparisons.compare(people.make(Role.ENGINEER, tenant_id=people.found()), *ids)


def test_only_the_last_are_kept(comparisons, counting, evaluations, engineer, ids, received):
    for _ in range(KEPT):
        other = evaluations.publish(engineer, received([0.0]))[0].manifest.id
        comparisons.compare(engineer, ids[0], other)
    comparisons.compare(engineer, *ids)
    assert counting.read == KEPT + 1
    comparisons.compare(engineer, ids[0], other)
    assert counting.read == KEPT + 1


@pytest.fixture
def database_as_owner(module_database):
    """Runs a statement on one user, as the owner."""

    def run(statement, principal):
        with module_database.owner.transaction(system_principal(principal.tenant_id)) as session:
            session.execute(text(statement), {"id": principal.user_id})

    return run

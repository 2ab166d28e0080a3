"""Comparisons are cached, and returned only to principals who may currently see both runs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal
from app.evaluations.comparing import CACHE_SIZE, ComparisonService
from app.evaluations.comparison import RunsNotComparableError
from app.evaluations.errors import ComparisonsBusyError, ComparisonTooLargeError, PublishedRunNotFoundError
from app.evaluations.metrics import Aggregate, MetricSpec


class CountingEvaluations:
    """Wraps an evaluation service and counts how often it reads a pair of runs."""

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
    return CountingEvaluations(evaluations)


@pytest.fixture
def comparisons(counting):
    return ComparisonService(evaluations=counting)


@pytest.fixture
def ids(evaluations, engineer, received):
    runs = [received([0.0, 1.0, 0.0]), received([1.0, 1.0, 0.0])]
    return [evaluations.publish(engineer, run)[0].manifest.id for run in runs]


def test_repeated_comparison_is_computed_once(comparisons, counting, engineer, ids):
    first = comparisons.compare(engineer, *ids)
    assert (first.before.id, first.after.id, first.comparison.wins) == (*ids, 1)
    assert comparisons.compare(engineer, *ids) == first
    assert counting.read == 1
    assert comparisons.compare(engineer, *reversed(ids)).comparison.losses == 1


def test_cached_comparison_is_hidden_once_the_role_is_withdrawn(comparisons, people, ids, database_as_owner):
    other = people.make(Role.ENGINEER)
    comparisons.compare(other, *ids)
    database_as_owner("UPDATE users SET roles = '{analyst}' WHERE id = :id", other)
    with pytest.raises(PublishedRunNotFoundError):
        comparisons.compare(other, *ids)


def test_comparison_of_another_tenant_is_not_found(comparisons, people, engineer, ids):
    comparisons.compare(engineer, *ids)
    with pytest.raises(PublishedRunNotFoundError):
        comparisons.compare(people.make(Role.ENGINEER, tenant_id=people.create_tenant()), *ids)


def test_only_the_latest_comparisons_are_cached(comparisons, counting, evaluations, engineer, ids, received):
    for _ in range(CACHE_SIZE):
        other = evaluations.publish(engineer, received([0.0]))[0].manifest.id
        comparisons.compare(engineer, ids[0], other)
    comparisons.compare(engineer, *ids)
    assert counting.read == CACHE_SIZE + 1
    comparisons.compare(engineer, ids[0], other)
    assert counting.read == CACHE_SIZE + 1


def test_runs_too_large_to_compare_are_rejected(evaluations, engineer, received):
    ids = [evaluations.publish(engineer, received(scores))[0].manifest.id for scores in ([0.0] * 11, [1.0] * 12)]
    assert ComparisonService(evaluations=evaluations, max_effort=11).compare(engineer, *ids).comparison.paired == 11
    with pytest.raises(ComparisonTooLargeError):
        ComparisonService(evaluations=evaluations, max_effort=10).compare(engineer, *ids)


def test_percentile_counts_as_expensive_even_with_few_cases(evaluations, engineer, received):
    metrics = (MetricSpec(name="m", of=("m",), how=Aggregate.PERCENTILE, percentile=95),)
    runs = [received([score], metrics=metrics, figures={}) for score in (0.0, 1.0)]
    ids = [evaluations.publish(engineer, run)[0].manifest.id for run in runs]
    with pytest.raises(ComparisonTooLargeError):
        ComparisonService(evaluations=evaluations, max_effort=4_000).compare(engineer, *ids)


def test_comparison_beyond_concurrency_limit_is_rejected_and_succeeds_later(counting, engineer, ids):
    comparisons = ComparisonService(evaluations=counting, at_once=1)
    began, may_end = Event(), Event()

    def read_slowly(*arguments, read=counting.get_pair):
        began.set()
        assert may_end.wait(30)
        return read(*arguments)

    counting.get_pair = read_slowly
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(comparisons.compare, engineer, *ids)
        assert began.wait(30)
        with pytest.raises(ComparisonsBusyError) as refused:
            comparisons.compare(engineer, *reversed(ids))
        may_end.set()
        assert first.result().comparison.wins == 1
    assert refused.value.headers["Retry-After"] == "5"
    assert comparisons.compare(engineer, *reversed(ids)).comparison.losses == 1


def test_failed_comparison_releases_its_slot(comparisons, evaluations, engineer, ids, received):
    other = evaluations.publish(engineer, received([0.0], suite="other"))[0].manifest.id
    for _ in range(3):
        with pytest.raises(RunsNotComparableError):
            comparisons.compare(engineer, ids[0], other)
    assert comparisons.compare(engineer, *ids).comparison.wins == 1


@pytest.fixture
def database_as_owner(module_database):
    """Return a function that runs a statement about one user, with the rights of the database's owner."""

    def run(statement, principal):
        with module_database.owner.transaction(system_principal(principal.tenant_id)) as session:
            session.execute(text(statement), {"id": principal.user_id})

    return run

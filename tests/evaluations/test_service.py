"""Published runs on a real database: visible runs, repeated publishing, and the returned data."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.core.pagination import InvalidCursorError, PageRequest, encode_cursor
from app.core.principal import Principal, Role
from app.db.session import RightsChangedError
from app.evaluations.errors import (
    EngineerRequiredError,
    PublishedCaseNotFoundError,
    PublishedRunNotFoundError,
    RunPublishedBeforeError,
)


def test_published_run_is_returned_as_it_was_sent(evaluations, engineer, received):
    sent = received([1.0, None, 0.25])
    run, created = evaluations.publish(engineer, sent)
    assert created
    read = evaluations.get_run(engineer, run.manifest.id)
    assert read == run
    assert read.manifest == sent.record.manifest
    case = evaluations.get_case(engineer, run.manifest.id, "case/1")
    assert case.record == sent.record.cases[1]
    assert list(case.record.trace) == ["question", "zebra", "apple"]
    assert case.timing == sent.record.timings[1]


def test_publishing_the_same_run_again_has_no_effect(evaluations, engineer, received, module_database):
    sent = received([1.0, 0.0])
    first, _ = evaluations.publish(engineer, sent)
    again, created = evaluations.publish(engineer, sent)
    assert (again, created) == (first, False)
    with module_database.owner.transaction(engineer) as session:
        events = session.scalars(
            text("SELECT detail FROM audit_events WHERE action = 'evaluations.run.published' AND object_id = :id"),
            {"id": first.manifest.id},
        ).all()
    assert events == [{"cases": 2, "content_sha256": sent.content_sha256}]


def test_other_content_under_the_same_id_is_rejected(evaluations, engineer, received):
    first = received([1.0, 0.0])
    evaluations.publish(engineer, first)
    with pytest.raises(RunPublishedBeforeError):
        evaluations.publish(engineer, received([1.0, 1.0], run_id=first.record.manifest.id))
    page = evaluations.list_cases(engineer, first.record.manifest.id, PageRequest())
    assert [case.record.score for case in page.items] == [1.0, 0.0]


def test_concurrent_publishing_of_one_run_creates_it_once(evaluations, engineer, received):
    sent = received([1.0] * 50)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: evaluations.publish(engineer, sent), range(4)))
    assert sorted(created for _, created in results) == [False, False, False, True]
    assert len({run.published_at for run, _ in results}) == 1
    assert len(evaluations.list_cases(engineer, sent.record.manifest.id, PageRequest(limit=100)).items) == 50


@pytest.mark.parametrize("role", [Role.ANALYST, Role.EDITOR])
def test_analysts_and_editors_neither_see_nor_publish_runs(evaluations, people, engineer, received, role):
    run, _ = evaluations.publish(engineer, received([1.0]))
    other = people.make(role)
    assert not evaluations.may_see(other)
    assert evaluations.list_runs(other, PageRequest()).items == []
    with pytest.raises(PublishedRunNotFoundError):
        evaluations.get_run(other, run.manifest.id)
    with pytest.raises(PublishedCaseNotFoundError):
        evaluations.get_case(other, run.manifest.id, "case/0")
    with pytest.raises(PublishedRunNotFoundError):
        evaluations.list_cases(other, run.manifest.id, PageRequest())
    with pytest.raises(EngineerRequiredError):
        evaluations.publish(other, received([1.0]))


def test_database_checks_stored_roles_and_not_roles_of_the_principal(evaluations, people, received):
    impostor = replace(people.make(Role.ANALYST), roles=frozenset({Role.ENGINEER, Role.ADMIN}))
    with pytest.raises(EngineerRequiredError):
        evaluations.publish(impostor, received([1.0]))


def test_other_tenants_engineer_sees_no_runs_and_may_reuse_an_id(evaluations, people, engineer, received):
    sent = received([1.0])
    evaluations.publish(engineer, sent)
    other_engineer = people.make(Role.ENGINEER, tenant_id=people.create_tenant())
    assert evaluations.list_runs(other_engineer, PageRequest()).items == []
    with pytest.raises(PublishedRunNotFoundError):
        evaluations.get_run(other_engineer, sent.record.manifest.id)
    _, created = evaluations.publish(other_engineer, received([0.0], run_id=sent.record.manifest.id))
    assert created
    assert evaluations.get_case(engineer, sent.record.manifest.id, "case/0").record.score == 1.0


def test_administrator_without_engineer_role_sees_no_runs(evaluations, people, engineer, received):
    run, _ = evaluations.publish(engineer, received([1.0]))
    with pytest.raises(PublishedRunNotFoundError):
        evaluations.get_run(people.make(Role.ADMIN), run.manifest.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE eval_runs SET suite = 'other'",
        "DELETE FROM eval_runs",
        "UPDATE eval_cases SET score = 1",
        "DELETE FROM eval_cases",
        "INSERT INTO eval_cases SELECT tenant_id, run_id, 99, 'late', kind, score, reason, measures, details, trace, "
        "tokens_in, tokens_out, cost_usd, seconds, times FROM eval_cases WHERE ordinal = 0",
        "INSERT INTO eval_runs SELECT tenant_id, 'forged', suite, started_at, manifest, content_sha256, published_at, "
        "gen_random_uuid() FROM eval_runs",
    ],
)
def test_engineer_cannot_change_a_published_run(evaluations, engineer, received, module_database, statement):
    evaluations.publish(engineer, received([0.0]))
    with pytest.raises(RightsChangedError), module_database.api.transaction(engineer) as session:
        session.execute(text(statement))


def test_pages_of_runs_begin_with_the_latest_started_run(evaluations, engineer, received):
    sent = [received([1.0], day=day, suite="odd" if day % 2 else "even") for day in (2, 0, 1, 0, 3)]
    for run in sent:
        evaluations.publish(engineer, run)
    seen, cursor = [], None
    while True:
        page = evaluations.list_runs(engineer, PageRequest(limit=2, cursor=cursor))
        seen += [run.manifest for run in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    order = sorted((run.record.manifest for run in sent), key=lambda it: (it.started_at, it.id), reverse=True)
    assert seen == order
    odd = evaluations.list_runs(engineer, PageRequest(), suite="odd").items
    assert [run.manifest.id for run in odd] == [manifest.id for manifest in order if manifest.suite == "odd"]


def test_cases_are_listed_in_run_order_and_by_kind(evaluations, engineer, received):
    run, _ = evaluations.publish(engineer, received([float(place) for place in range(5)]))
    first = evaluations.list_cases(engineer, run.manifest.id, PageRequest(limit=3))
    rest = evaluations.list_cases(engineer, run.manifest.id, PageRequest(limit=3, cursor=first.next_cursor))
    assert [case.record.id for case in (*first.items, *rest.items)] == [f"case/{place}" for place in range(5)]
    assert rest.next_cursor is None
    odd = evaluations.list_cases(engineer, run.manifest.id, PageRequest(), kind="odd").items
    assert [case.record.id for case in odd] == ["case/1", "case/3"]


def test_unscored_and_lowest_cases_come_first(evaluations, engineer, received):
    run, _ = evaluations.publish(engineer, received([1.0, 0.5, None, -1.0]))
    lowest, counts = evaluations.list_lowest(engineer, run.manifest.id, kind=None, offset=0, limit=3)
    assert [case.record.score for case in lowest] == [None, -1.0, 0.5]
    assert counts == {"even": 2, "odd": 2}


@pytest.mark.parametrize("key", ["", "yesterday x", "2026-03-01", "-1", "99999999999"])
def test_case_cursor_of_another_list_is_rejected(evaluations, engineer, received, key):
    run, _ = evaluations.publish(engineer, received([1.0]))
    page = PageRequest(cursor=encode_cursor(key))
    with pytest.raises(InvalidCursorError):
        evaluations.list_cases(engineer, run.manifest.id, page)


@pytest.mark.parametrize("key", ["", "yesterday x", "7"])
def test_run_cursor_without_a_time_is_rejected(evaluations, engineer, key):
    with pytest.raises(InvalidCursorError):
        evaluations.list_runs(engineer, PageRequest(cursor=encode_cursor(key)))


@pytest.fixture
def traces_read(module_database):
    """Return a function that lists the audited reads of a run's traces as (reader, case ids), oldest first."""

    def read(principal, run_id):
        query = text(
            "SELECT actor_id, detail FROM audit_events WHERE action = 'evaluations.trace.read' AND object_id = :id "
            "ORDER BY id"
        )
        with module_database.owner.transaction(principal) as session:
            return [(row.actor_id, row.detail["cases"]) for row in session.execute(query, {"id": run_id})]

    return read


def test_reading_traces_is_audited_with_reader_and_cases(evaluations, people, engineer, received, traces_read):
    run_id = evaluations.publish(engineer, received([1.0, 0.0, 0.5]))[0].manifest.id
    other = people.make(Role.ENGINEER)
    evaluations.get_case(engineer, run_id, "case/1")
    evaluations.list_whole(other, run_id, ["case/2", "case/0"])
    evaluations.list_whole(other, run_id, [])
    evaluations.list_cases(other, run_id, PageRequest())
    assert traces_read(engineer, run_id) == [
        (engineer.user_id, ["case/1"]),
        (other.user_id, ["case/0", "case/2"]),
    ]


def test_traces_are_not_read_if_auditing_fails(evaluations, engineer, received, monkeypatch):
    run_id = evaluations.publish(engineer, received([1.0]))[0].manifest.id

    def fail(*_arguments, **_more):
        raise RuntimeError("the audit log is full")

    monkeypatch.setattr("app.evaluations.service.record_event", fail)
    with pytest.raises(RuntimeError, match="full"):
        evaluations.get_case(engineer, run_id, "case/0")


def test_request_with_a_missing_case_is_neither_read_nor_audited(evaluations, engineer, received, traces_read):
    run_id = evaluations.publish(engineer, received([1.0]))[0].manifest.id
    with pytest.raises(PublishedCaseNotFoundError):
        evaluations.list_whole(engineer, run_id, ["case/0", "case/7"])
    assert traces_read(engineer, run_id) == []


def test_pair_for_comparison_has_all_measures_and_no_traces(evaluations, engineer, received):
    runs = [received(scores) for scores in ([1.0, 0.0], [0.0, 0.0])]
    for run in runs:
        evaluations.publish(engineer, run)
    pair = evaluations.get_pair(engineer, *(run.record.manifest.id for run in runs))
    for sent, read in zip(runs, pair, strict=True):
        assert [case.measures for case in read.cases] == [case.measures for case in sent.record.cases]
        assert all(case.trace == {} for case in read.cases)


def test_unknown_user_may_not_see_runs(evaluations, people):
    assert not evaluations.may_see(Principal(tenant_id=people.tenant_id, user_id=people.tenant_id))

"""`/v1/eval-runs` and `/v1/eval-comparisons` over HTTP."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.core.principal import Role
from app.evaluations.metrics import MetricSpec
from app.evaluations.receiving import MAX_RUN_BYTES
from app.evaluations.records import CaseRecord, Conditions, EvalRunStatus, RunManifest, RunRecord, Selection

ODD_ID = "10-K/2025#3 a=b&c?..%2F"


@pytest.fixture
def engineer(server, editor):
    """An engineer in the editor's tenant."""
    return server.user(editor.tenant_id, Role.ENGINEER)


def make_run(scores: dict[str, float | None], **manifest: Any) -> RunRecord:
    """Return a run with the metric `m`. `scores`: the score of each case, by case id."""
    conditions = Conditions(
        commit="a" * 40,
        dirty=False,
        data_digest="d",
        data_name="data",
        settings_digest="s",
        embedding_space="e",
        cores=2,
    )
    made = RunManifest(
        **{
            "id": f"run-{uuid4().hex}",
            "suite": "toy",
            "suite_version": "1",
            "status": EvalRunStatus.DONE,
            "started_at": datetime(2026, 3, 1, tzinfo=UTC),
            "selection": Selection(),
            "conditions": conditions,
            "metrics": (MetricSpec(name="m", of=("m",)),),
            **manifest,
        }
    )
    cases = tuple(
        CaseRecord(id=case_id, score=score, reason=f"scored {score}", measures={"m": score}, trace={"question": "?"})
        for case_id, score in scores.items()
    )
    return RunRecord(manifest=made, cases=cases)


def publish(user, run: RunRecord, *, expect: int = 201) -> dict[str, Any]:
    path = f"/v1/eval-runs/{run.manifest.id}"
    answer = user.http.put(path, content=run.model_dump_json(), headers={"Content-Type": "application/json"})
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_run_is_published_once_and_read_again(engineer):
    run = make_run({"a": 1.0, ODD_ID: 0.0})
    published = publish(engineer, run)
    assert publish(engineer, run, expect=200) == published
    assert engineer.http.get(f"/v1/eval-runs/{run.manifest.id}").json() == published
    assert engineer.http.get("/v1/eval-runs").json()["items"] == [published]
    assert engineer.http.get("/v1/eval-runs", params={"suite": "none"}).json()["items"] == []


def test_run_with_different_content_under_a_used_id_is_refused(engineer):
    run = make_run({"a": 1.0})
    publish(engineer, run)
    refused = publish(engineer, make_run({"a": 0.0}, id=run.manifest.id), expect=409)
    assert refused["code"] == "published-run-differs"


def test_case_is_found_with_special_characters_in_its_id(engineer):
    run = make_run({"a": 1.0, ODD_ID: 0.0})
    publish(engineer, run)
    found = engineer.http.get(f"/v1/eval-runs/{run.manifest.id}/case", params={"id": ODD_ID})
    assert found.status_code == 200
    assert (found.json()["id"], found.json()["trace"]) == (ODD_ID, {"question": "?"})
    missing = engineer.http.get(f"/v1/eval-runs/{run.manifest.id}/case", params={"id": "b"})
    assert (missing.status_code, missing.json()["code"]) == (404, "published-case-not-found")


def test_cases_are_paged(engineer):
    run = make_run({f"{number}": float(number) for number in range(5)})
    publish(engineer, run)
    first = engineer.http.get(f"/v1/eval-runs/{run.manifest.id}/cases", params={"limit": 3})
    second = engineer.http.get(first.links["next"]["url"])
    assert [case["id"] for case in first.json()["items"] + second.json()["items"]] == ["0", "1", "2", "3", "4"]
    assert "trace" not in first.json()["items"][0]


def test_two_runs_are_compared_case_by_case(engineer):
    before = make_run({str(number): 0.0 for number in range(12)})
    after = make_run({str(number): 1.0 if number else 0.0 for number in range(12)})
    for run in (before, after):
        publish(engineer, run)
    query = {"before": before.manifest.id, "after": after.manifest.id}
    found = engineer.http.get("/v1/eval-comparisons", params=query).json()
    assert (found["paired"], found["wins"], found["losses"], found["ties"]) == (12, 11, 0, 1)
    (change,) = found["changes"]
    assert change["verdict"] == "better"
    assert 0 < change["low"] <= change["difference"] <= change["high"]
    assert len(found["flips"]) == 11
    assert not found["regressed"]


def test_runs_of_two_suites_are_not_compared(engineer):
    runs = [make_run({"a": 1.0}, suite=suite) for suite in ("one", "two")]
    for run in runs:
        publish(engineer, run)
    query = {"before": runs[0].manifest.id, "after": runs[1].manifest.id}
    refused = engineer.http.get("/v1/eval-comparisons", params=query)
    assert (refused.status_code, refused.json()["code"]) == (422, "eval-runs-not-comparable")


def test_run_of_another_tenant_is_404_like_an_absent_one(server, engineer):
    user = server.user(None, Role.ENGINEER)
    run = make_run({"a": 1.0})
    publish(engineer, run)
    assert user.http.get("/v1/eval-runs").json()["items"] == []
    for template in (
        "/v1/eval-runs/{}",
        "/v1/eval-runs/{}/cases",
        "/v1/eval-runs/{}/case?id=a",
        "/v1/eval-comparisons?before={0}&after={0}",
    ):
        hidden, random = (user.http.get(template.format(name)) for name in (run.manifest.id, "nothing"))
        assert hidden.status_code == random.status_code == 404
        assert hidden.json()["code"] == random.json()["code"]


def test_analyst_is_refused_before_the_body_is_read(analyst):
    refused = analyst.http.put("/v1/eval-runs/run", content=b"no run at all")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-required")


def test_run_with_400_long_traces_is_accepted(engineer):
    run = make_run({str(number): 1.0 for number in range(400)})
    long = {"claims": [{"text": "x" * 20_000, "citations": []}]}
    run = run.model_copy(update={"cases": tuple(case.model_copy(update={"trace": long}) for case in run.cases)})
    assert len(run.model_dump_json()) > 8_000_000
    publish(engineer, run)
    found = engineer.http.get(f"/v1/eval-runs/{run.manifest.id}/case", params={"id": "399"}).json()
    assert found["trace"] == long


@pytest.mark.parametrize("declared", [True, False])
def test_run_over_the_size_limit_is_refused(engineer, declared):
    body = json.dumps({"manifest": "x" * MAX_RUN_BYTES}).encode()
    pieces = [body[place : place + 1_000_000] for place in range(0, len(body), 1_000_000)]
    headers = {"Content-Type": "application/json"}
    refused = engineer.http.put("/v1/eval-runs/run", content=body if declared else iter(pieces), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "published-run-too-large")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("text/plain", 415, "media-type-not-taken"), ("application/json", 422, "published-run-invalid")],
)
def test_body_that_is_not_a_run_is_refused(engineer, kind, status, code):
    refused = engineer.http.put("/v1/eval-runs/run", content=b"{}", headers={"Content-Type": kind})
    assert (refused.status_code, refused.json()["code"]) == (status, code)

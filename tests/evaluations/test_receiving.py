"""Invalid runs are rejected with a clear sentence."""

import json

import pytest

from app.evaluations.errors import RunInvalidError, RunTooLargeError, RunUnfinishedError
from app.evaluations.receiving import MAX_CASES, receive_run


def change_id(run):
    run["manifest"]["id"] = "another"


def duplicate_case(run):
    run["cases"].append(run["cases"][0])


def time_unknown_case(run):
    run["timings"][0]["id"] = "nobody"


def invalidate_id(run):
    run["cases"][0]["id"] = "a\nb"
    run["timings"] = []


def invalidate_kind(run):
    run["cases"][0]["kind"] = "a\x00b"


def invalidate_reason(run):
    run["cases"][0]["reason"] = "a\x00b"


def make_tokens_negative(run):
    run["cases"][0]["tokens_in"] = -1


def exceed_token_limit(run):
    run["cases"][0]["tokens_out"] = 2**63


def make_cost_negative(run):
    run["cases"][0]["cost_usd"] = "-0.01"


def exceed_cost_limit(run):
    run["cases"][0]["cost_usd"] = "1e200000"


def exceed_cost_precision(run):
    run["cases"][0]["cost_usd"] = "1e-999999999"


def start_too_late(run):
    run["manifest"]["started_at"] = "9999-12-31T23:00:00-05:00"


def drop_time_zone(run):
    run["manifest"]["started_at"] = "2026-03-01T00:00:00"


def make_duration_infinite(run):
    run["timings"][0]["seconds"] = float("inf")


def add_a_field(run):
    run["manifest"]["colour"] = "red"


@pytest.mark.parametrize(
    "change",
    [
        change_id,
        duplicate_case,
        time_unknown_case,
        invalidate_id,
        invalidate_kind,
        invalidate_reason,
        make_tokens_negative,
        exceed_token_limit,
        make_cost_negative,
        exceed_cost_limit,
        exceed_cost_precision,
        start_too_late,
        drop_time_zone,
        make_duration_infinite,
        add_a_field,
    ],
)
def test_invalid_record_is_rejected_with_a_sentence(run_of, change):
    record = run_of([1.0, 0.0], run_id="run")
    run = json.loads(record.model_dump_json())
    assert receive_run(json.dumps(run).encode(), "run").record == record
    change(run)
    with pytest.raises(RunInvalidError) as refused:
        receive_run(json.dumps(run).encode(), "run")
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"manifest": "\\ud800"}', b"\xff"])
def test_body_without_a_run_is_rejected(content):
    with pytest.raises(RunInvalidError):
        receive_run(content, "run")


def test_unfinished_run_is_rejected(run_of):
    record = run_of([1.0], status="interrupted")
    with pytest.raises(RunUnfinishedError):
        receive_run(record.model_dump_json().encode(), record.manifest.id)


def test_run_with_too_many_cases_is_rejected(run_of):
    record = run_of([1.0] * (MAX_CASES + 1))
    with pytest.raises(RunTooLargeError):
        receive_run(record.model_dump_json().encode(), record.manifest.id)


def test_digest_depends_on_content_and_not_on_formatting(run_of):
    record = run_of([1.0])
    plain = receive_run(record.model_dump_json().encode(), record.manifest.id)
    spaced = json.dumps(json.loads(record.model_dump_json()), indent=3, sort_keys=True).encode()
    assert receive_run(spaced, record.manifest.id).content_sha256 == plain.content_sha256
    other = run_of([0.5], run_id=record.manifest.id)
    assert receive_run(other.model_dump_json().encode(), other.manifest.id).content_sha256 != plain.content_sha256

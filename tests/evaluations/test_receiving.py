"""What of a run can't be taken, each with a sentence."""

import json

import pytest

from app.evaluations.errors import RunInvalidError, RunTooLargeError, RunUnfinishedError
from app.evaluations.receiving import MAX_CASES, receive_run


def change_id(run):
    run["manifest"]["id"] = "another"


def double_a_case(run):
    run["cases"].append(run["cases"][0])


def time_a_stranger(run):
    run["timings"][0]["id"] = "nobody"


def break_an_id(run):
    run["cases"][0]["id"] = "a\nb"
    run["timings"] = []


def break_a_kind(run):
    run["cases"][0]["kind"] = "a\x00b"


def break_a_reason(run):
    run["cases"][0]["reason"] = "a\x00b"


def count_backwards(run):
    run["cases"][0]["tokens_in"] = -1


def count_too_far(run):
    run["cases"][0]["tokens_out"] = 2**63


def earn_money(run):
    run["cases"][0]["cost_usd"] = "-0.01"


def cost_the_earth(run):
    run["cases"][0]["cost_usd"] = "1e200000"


def split_pennies(run):
    run["cases"][0]["cost_usd"] = "1e-999999999"


def start_too_late(run):
    run["manifest"]["started_at"] = "9999-12-31T23:00:00-05:00"


def start_nowhere(run):
    run["manifest"]["started_at"] = "2026-03-01T00:00:00"


def take_for_ever(run):
    run["timings"][0]["seconds"] = float("inf")


def add_a_field(run):
    run["manifest"]["colour"] = "red"


@pytest.mark.parametrize(
    "change",
    [
        change_id,
        double_a_case,
        time_a_stranger,
        break_an_id,
        break_a_kind,
        break_a_reason,
        count_backwards,
        count_too_far,
        earn_money,
        cost_the_earth,
        split_pennies,
        start_too_late,
        start_nowhere,
        take_for_ever,
        add_a_field,
    ],
)
def test_a_record_that_can_not_be_right_is_refused_in_a_sentence(run_of, change):
    record = run_of([1.0, 0.0], run_id="run")
    run = json.loads(record.model_dump_json())
    assert receive_run(json.dumps(run).encode(), "run").record == record
    change(run)
    with pytest.raises(RunInvalidError) as refused:
        receive_run(json.dumps(run).encode(), "run")
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"manifest": "\\ud800"}', b"\xff"])
def test_what_is_no_run_at_all_is_refused(content):
    with pytest.raises(RunInvalidError):
        receive_run(content, "run")


def test_a_run_under_way_is_refused(run_of):
    record = run_of([1.0], status="interrupted")
    with pytest.raises(RunUnfinishedError):
        receive_run(record.model_dump_json().encode(), record.manifest.id)


def test_a_run_of_too_many_cases_is_refused(run_of):
    record = run_of([1.0] * (MAX_CASES + 1))
    with pytest.raises(RunTooLargeError):
        receive_run(record.model_dump_json().encode(), record.manifest.id)


def test_the_digest_tells_content_and_not_form(run_of):
    record = run_of([1.0])
    plain = receive_run(record.model_dump_json().encode(), record.manifest.id)
    spaced = json.dumps(json.loads(record.model_dump_json()), indent=3, sort_keys=True).encode()
    assert receive_run(spaced, record.manifest.id).content_sha256 == plain.content_sha256
    other = run_of([0.5], run_id=record.manifest.id)
    assert receive_run(other.model_dump_json().encode(), other.manifest.id).content_sha256 != plain.content_sha256

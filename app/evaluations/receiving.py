"""Receives a run: parses and checks its record, and computes the digest that identifies it."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import ValidationError

from app.evaluations.errors import RunInvalidError, RunTooLargeError, RunUnfinishedError
from app.evaluations.records import EvalRunStatus, RunRecord
from app.http.text import LINE_PATTERN

MAX_RUN_BYTES = 32 * 1024 * 1024
MAX_CASES = 5_000
MAX_METRICS = 200
# Names of cases and kinds must be one line, because URLs contain them.
_LINE = re.compile(LINE_PATTERN)
_MAX_NAME_LENGTH = 300
_MAX_COUNT = 2**53
_MAX_COST_PLACES = 100
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReceivedRun:
    """A valid run. `content_sha256` (hex) is computed over its canonical JSON: sorted keys, no white space."""

    record: RunRecord
    content_sha256: str


def receive_run(content: bytes, run_id: str) -> ReceivedRun:
    """Return the run `run_id` from a request body. Raises RunInvalidError, RunUnfinishedError, RunTooLargeError."""
    try:
        record = RunRecord.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise RunInvalidError(f"{where}: {first['msg']}.") from error
    finding = find_fault(record, run_id)
    if finding is not None:
        raise RunInvalidError(finding)
    if record.manifest.status is not EvalRunStatus.DONE:
        raise RunUnfinishedError
    if len(record.cases) > MAX_CASES or len(record.manifest.metrics) > MAX_METRICS:
        raise RunTooLargeError
    return ReceivedRun(record, _digest(record))


def find_fault(record: RunRecord, run_id: str) -> str | None:
    """Return the first error that the schema cannot detect, as a sentence; None if there is none."""
    manifest, cases = record.manifest, record.cases
    ids, timed = [case.id for case in cases], [timing.id for timing in record.timings]
    counts = [count for case in cases for count in (case.tokens_in, case.tokens_out)]
    checks = (
        (manifest.id == run_id, f"The run's id is {manifest.id}, but the address names another."),
        (_EARLIEST <= manifest.started_at <= _LATEST, "The start time is not between 2000 and 2200."),
        (len(set(ids)) == len(ids), "Two cases have the same id."),
        (len(set(timed)) == len(timed) and set(ids).issuperset(timed), "The timings do not match the cases."),
        (
            all(map(_is_name, (manifest.suite, *ids))),
            f"A suite or case name is no line of {_MAX_NAME_LENGTH} characters.",
        ),
        (
            all(map(_is_name, (case.kind or "-" for case in cases))),
            f"A kind is no line of {_MAX_NAME_LENGTH} characters.",
        ),
        (not any("\x00" in case.reason for case in cases), "A reason contains the character U+0000."),
        (all(0 <= count <= _MAX_COUNT for count in counts), "A token count is out of range."),
        (all(_is_cost(case.cost_usd) for case in cases), "A cost is out of range or has too many decimal places."),
    )
    return next((sentence for is_valid, sentence in checks if not is_valid), None)


def _is_name(text: str) -> bool:
    return len(text) <= _MAX_NAME_LENGTH and _LINE.fullmatch(text) is not None


def _is_cost(cost: Decimal) -> bool:
    exponent = cost.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MAX_COST_PLACES and 0 <= cost <= _MAX_COUNT


def _digest(record: RunRecord) -> str:
    """Return the digest. Raises RunInvalidError for a number that JSON cannot represent."""
    try:
        text = json.dumps(record.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise RunInvalidError("A number is not finite.") from error
    return hashlib.sha256(text.encode()).hexdigest()

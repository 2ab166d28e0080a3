"""Proposals: what the machine reads as the values of fields, with evidence and a calibrated confidence."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.review.errors import FieldValueError
from app.review.evidence import Evidence, decode_evidence, encode_evidence
from app.review.value_codec import decode_value, encode_value
from app.review.values import FieldKind, Value

MAX_EVIDENCE: Final = 50
MAX_ALTERNATIVES: Final = 20
"""Quotes and alternatives that a proposal keeps."""


class ProposalState(StrEnum):
    """`found`: there is a value. `absent`: the document does not have it, and `search` says what was looked for.
    `unread`: the machine cannot say.
    """

    FOUND = "found"
    ABSENT = "absent"
    UNREAD = "unread"


class ReadingMethod(StrEnum):
    """How a field was read: by a rule, from the ledger of facts, by a model, or from the document's metadata."""

    RULE = "rule"
    LEDGER = "ledger"
    MODEL = "model"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another value that the document states: a conflict, or the value before an amendment. `reason` names it in a few
    words.
    """

    value: Value
    evidence: tuple[Evidence, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """The proof of a search: the words and patterns that were looked for, and the pages that were read (from 1).
    `unreadable` are the pages without text: the search did not cover them.
    """

    terms: tuple[str, ...]
    pages: tuple[int, ...]
    unreadable: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """A check of the value against the document, such as an end after a beginning. `sentence` says what it found."""

    name: str
    passed: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine reads for the field `key`. `confidence` is the calibrated probability that it is right.

    A value of kind yes-no that is "no" because no clause was found has the state `absent` and the value no.
    """

    key: str
    state: ProposalState
    value: Value | None
    evidence: tuple[Evidence, ...]
    method: ReadingMethod
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    search: Search | None = None
    checks: tuple[FieldCheck, ...] = ()


def encode_proposal(proposal: Proposal) -> dict[str, Any]:
    """Return the proposal as an object of JSON."""
    search = proposal.search
    return {
        "key": proposal.key,
        "state": proposal.state.value,
        "value": None if proposal.value is None else encode_value(proposal.value),
        "evidence": [encode_evidence(each) for each in proposal.evidence[:MAX_EVIDENCE]],
        "method": proposal.method.value,
        "confidence": round(proposal.confidence, 4),
        "alternatives": [
            {
                "value": encode_value(each.value),
                "evidence": [encode_evidence(quote) for quote in each.evidence[:MAX_EVIDENCE]],
                "reason": each.reason,
            }
            for each in proposal.alternatives[:MAX_ALTERNATIVES]
        ],
        "search": None
        if search is None
        else {"terms": list(search.terms), "pages": _ranges(search.pages), "unreadable": _ranges(search.unreadable)},
        "checks": [{"name": each.name, "passed": each.passed, "sentence": each.sentence} for each in proposal.checks],
    }


def decode_proposal(kind: FieldKind, raw: object) -> Proposal:
    """Return the proposal that `encode_proposal` encoded, for a field of this kind. Raises FieldValueError."""
    try:
        return _decode(kind, raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FieldValueError("A stored proposal can't be decoded: extract the document again.") from error


def _decode(kind: FieldKind, raw: Any) -> Proposal:
    search = raw["search"]
    return Proposal(
        key=raw["key"],
        state=ProposalState(raw["state"]),
        value=None if raw["value"] is None else decode_value(kind, raw["value"]),
        evidence=tuple(map(decode_evidence, raw["evidence"])),
        method=ReadingMethod(raw["method"]),
        confidence=float(raw["confidence"]),
        alternatives=tuple(
            Alternative(
                decode_value(kind, each["value"]), tuple(map(decode_evidence, each["evidence"])), each["reason"]
            )
            for each in raw["alternatives"]
        ),
        search=None
        if search is None
        else Search(tuple(search["terms"]), _pages(search["pages"]), _pages(search["unreadable"])),
        checks=tuple(FieldCheck(each["name"], each["passed"], each["sentence"]) for each in raw["checks"]),
    )


def _ranges(pages: tuple[int, ...]) -> list[list[int]]:
    """Return ascending pages as ranges, both ends inclusive."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and ranges[-1][1] == page - 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    return ranges


def _pages(ranges: list[list[int]]) -> tuple[int, ...]:
    return tuple(page for first, last in ranges for page in range(first, last + 1))

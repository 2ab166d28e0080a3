"""The initial term of a contract: its length, and the day on which it ends."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.review.proposals import FieldCheck
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue, DurationValue
from workers.extraction.fields.contract.dates import find_agreement_date, find_effective_date
from workers.extraction.fields.contract.term_sentences import Term, terms_of
from workers.extraction.fields.days import add_duration
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_END_TERMS: Final = ("initial term", "term of this agreement", "shall expire", "until", "period of … years")
_MONTH: Final = DurationValue(Decimal(1), "month")
_ENOUGH: Final = 4


def find_term(document: ReadDocument) -> Term | None:
    """Return the initial term of a contract, or None if no sentence states it."""
    return document.once("contract.term", lambda: _find(document))


@graded_rule("contract.initial_term", version=5)
def read_initial_term(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the length of the initial term: perpetual if it has no end."""
    term = find_term(document)
    if term is None or term.length is None:
        return Graded(None, (), "absent", _END_TERMS, is_absent=True)
    grade = "perpetual" if term.length.perpetual else "length"
    return Graded(term.length, document.flow.evidence(term.sentence.start, term.sentence.end), grade, _END_TERMS)


@graded_rule("contract.expiration_date", version=5)
def read_expiration_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read or compute the day on which the initial term ends."""
    term = find_term(document)
    if term is None:
        return Graded(None, (), "absent", _END_TERMS, is_absent=True)
    evidence = document.flow.evidence(term.sentence.start, term.sentence.end)
    if term.last is not None:
        return Graded(DateValue(term.last), evidence, "stated", _END_TERMS)
    if term.length is None or term.length.perpetual:
        check = FieldCheck(
            "has-an-end", passed=True, sentence="The term has no end: it runs until a party terminates it."
        )
        return Graded(None, evidence, "perpetual", _END_TERMS, is_absent=True, checks=(check,))
    effective, (agreement, _) = find_effective_date(document), find_agreement_date(document)
    start = effective or agreement
    last = _last_day(start.day, term) if start is not None and not term.from_event else None
    if start is None or last is None:
        check = FieldCheck(
            "start-known", passed=False, sentence="The term has a length, but its first day is not stated."
        )
        return Graded(None, evidence, "no start", _END_TERMS, checks=(check,))
    check = FieldCheck("computed", passed=True, sentence=f"The term counted from {start.day.isoformat()}.")
    evidence = (*evidence, *document.flow.evidence(start.start, start.end))
    grade = "computed from effective date" if effective else "computed from agreement date"
    return Graded(DateValue(last), evidence, grade, _END_TERMS, checks=(check,))


def _last_day(start: date, term: Term) -> date | None:
    if term.length is None:
        return None
    last = add_duration(start, term.length)
    if last is None or not term.to_month_end:
        return last
    # A month that has begun when the term begins is not full.
    first_after = last.replace(day=1) if start.day == 1 else add_duration(last.replace(day=1), _MONTH)
    return first_after - timedelta(days=1) if first_after is not None else None


def _find(document: ReadDocument) -> Term | None:
    best: Term | None = None
    before = ""
    for number, sentence in enumerate(document.flow.sentences):
        for term in terms_of(sentence, before):
            points = term.points - min(number // 400, 2)
            if best is None or points > best.points:
                best = replace(term, points=points)
        before = sentence.text
    return best if best is not None and best.points >= _ENOUGH else None

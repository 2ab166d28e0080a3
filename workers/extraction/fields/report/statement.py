"""Reads the lines of statements: `report.line` for the report's own period, `report.prior_line` for the one before,
and `report.line_to_date` for the year to date.

A field's first word that names a standard item says which line it is ("Revenue", "net sales"). The value counts as the
us-gaap taxonomy does: expenses and payments are positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.facts.items.names import find_items, first_item
from app.facts.items.standard import StandardItem
from app.facts.model import Fact, StatementKind
from app.quantities.periods import Period
from app.review.proposals import Alternative, FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.certainty import ABSENT, probability
from workers.extraction.fields.report.figures import evidence_of, quantity_of
from workers.extraction.fields.report.lessons import LEARNT, TAUGHT, taught_lines
from workers.extraction.fields.report.lines import BESIDE, Reading, readings_of
from workers.extraction.fields.report.periods import ReportPeriods, Role, report_periods

VERSION: Final = 1
_MOST_EVIDENCE: Final = 10
_MOST_ALTERNATIVES: Final = 5


@dataclass(frozen=True, slots=True)
class Lines:
    """The facts of a report by standard item, and its periods."""

    periods: ReportPeriods
    by_item: dict[str, tuple[Fact, ...]]
    unnamed: dict[StatementKind, tuple[Fact, ...]]
    """The facts of statements that have no item."""


def lines_of(document: ReadDocument) -> Lines:
    """Return the facts of a document by item. They are sorted once."""
    return document.once("report.lines", lambda: _sort(document))


@rule("report.line", version=VERSION)
def read_line(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the line for the report's own period."""
    return propose_line(document, spec, lines_of(document), Role.CURRENT)


@rule("report.prior_line", version=VERSION)
def read_prior_line(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the line for the period that the report compares with."""
    return propose_line(document, spec, lines_of(document), Role.PRIOR)


@rule("report.line_to_date", version=VERSION)
def read_line_to_date(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the line for the longest period that ends with the report's own."""
    return propose_line(document, spec, lines_of(document), Role.TO_DATE)


def propose_line(document: ReadDocument, spec: FieldSpec, lines: Lines, role: Role) -> Proposal:
    """Return the proposal of a line. It is absent if its statement was read and has no such line."""
    item = item_of(spec)
    if item is None:
        return unread(spec)
    search = document.search((item.title, *spec.words))
    period = period_of(lines, item, role)
    if period is None:
        return unread(spec, search)
    taught, own = taught_lines(document, item, lines.by_item.get(item.name, ()))
    learnt = readings_of(item, period, taught)
    readings = (*learnt, *_unlike(learnt, readings_of(item, period, own)))
    if not readings and len(own) < len(lines.by_item.get(item.name, ())):
        return unread(spec, search)  # the line that the machine would read is another item
    if not readings:
        may_be = any(item.name in find_items(fact.label) for fact in lines.unnamed.get(item.statement, ()))
        if may_be or search.unreadable:
            return unread(spec, search)
        return Proposal(spec.key, ProposalState.ABSENT, None, (), ReadingMethod.LEDGER, ABSENT, search=search)
    best = readings[0]
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=quantity_of(best.best, best.value),
        evidence=evidence_of(document, best.facts[:_MOST_EVIDENCE]),
        method=ReadingMethod.LEDGER,
        confidence=min(probability(best), TAUGHT) if learnt else probability(best),
        alternatives=_alternatives(document, readings[1:]),
        search=search,
        checks=(*_checks(best, readings), *((LEARNT,) if learnt else ())),
    )


def _unlike(learnt: Sequence[Reading], others: Sequence[Reading]) -> Sequence[Reading]:
    """Return the other readings with amounts that the learnt ones do not have."""
    return [each for each in others if not any(each.value == own.value for own in learnt)]


def period_of(lines: Lines, item: StandardItem, role: Role) -> Period | None:
    """Return the period that a line is read for, if the report has the statement that may state it."""
    statements = (item.statement, BESIDE.get(item.statement, item.statement))
    return next((period for each in statements if (period := lines.periods.of(each, role)) is not None), None)


def item_of(spec: FieldSpec) -> StandardItem | None:
    """Return the standard item that a field is of: the one that its first fitting word, or else its title, names."""
    return first_item((*spec.words, spec.title))


def _sort(document: ReadDocument) -> Lines:
    by_item: dict[str, list[Fact]] = {}
    unnamed: dict[StatementKind, list[Fact]] = {}
    for fact in document.facts:
        if fact.item is not None:
            by_item.setdefault(fact.item, []).append(fact)
        elif not fact.dimensions:
            unnamed.setdefault(fact.statement, []).append(fact)
    return Lines(
        report_periods(document.facts, document.metadata),
        {name: tuple(facts) for name, facts in by_item.items()},
        {kind: tuple(facts) for kind, facts in unnamed.items()},
    )


def _alternatives(document: ReadDocument, others: Sequence[Reading]) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(
            quantity_of(each.best, each.value),
            evidence_of(document, each.facts[:_MOST_EVIDENCE]),
            f"Another cell states it: {each.best.label}",
        )
        for each in others[:_MOST_ALTERNATIVES]
    )


def _checks(best: Reading, readings: Sequence[Reading]) -> tuple[FieldCheck, ...]:
    """Return the checks of the ledger, and whether the scale is stated and no other cell contradicts."""
    found = {check.name: FieldCheck(check.name, check.passed, check.detail) for check in best.best.checks}
    if best.best.scale is None:
        found["scale"] = FieldCheck("scale", passed=False, sentence="The document does not state the scale.")
    if len(readings) > 1:
        sentence = f"{len(readings)} cells state different amounts for this line and period."
        found["conflict"] = FieldCheck("conflict", passed=False, sentence=sentence)
    return tuple(found.values())

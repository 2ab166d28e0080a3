"""The arithmetic checks that facts take part in: sums, balance, cash, and figures that a document states twice."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from app.facts.model import Check, Fact, FiscalLabel, Measure, StatementKind
from app.facts.statements.structure import Structure

SUM, BALANCE, CASH, NET_INCOME, REPEATED, QUARTERS = (
    "sum",
    "balance",
    "cash-roll-forward",
    "net-income",
    "repeated",
    "quarters",
)
_MOST_CHECKS = 6
_TOTAL_ASSETS = re.compile(r"total\s+assets\W*$", re.IGNORECASE)
_TOTAL_CLAIMS = re.compile(
    r"total\s+liabilities\b.*\b(?:equity|deficit|deficiency|capital|investment|net\s+assets)\W*(?:\(.*\)\W*)?$"
    r"|total\s+.*\b(?:equity|capitalization)\s+and\s+liabilities\W*$",
    re.IGNORECASE,
)
_NET_INCOME = re.compile(
    r"(?:consolidated\s+)?(?:net\s+(?:income|earnings|loss|\(loss\)|profit)|(?:profit|loss)\s+for\s+the\s+(?:year|period))"
    r"(?:\s*[(/][^)]*\)?)?(?!.*(?:attributable|per\s|available|continuing|discontinued|noncontrolling|before))",
    re.IGNORECASE,
)
_TOLERANCE = 2
"""Units of the last printed digit by which figures that are rounded each for itself may differ."""

Cells = dict[tuple[int, int], list[Check]]
"""Checks by a row's number in its statement and the rank of a column."""


def check_sums(structure: Structure) -> Cells:
    """Return the checks of the sums of one statement, for the totals and their parts."""
    found: Cells = {}
    for total in structure.sums:
        name = CASH if _is_roll_forward(structure, total.parts[0].row, total.row) else SUM
        rows = (total.row, *(part.row for part in total.parts))
        for rank, shown in structure.addends[total.row].figures.items():
            amount = total.failed.get(rank)
            check = Check(name, passed=True)
            if amount is not None:
                label = structure.rows[total.row].label
                detail = f"The parts of {label!r} add up to {amount:,}, but {shown:,} is shown."
                check = Check(name, passed=False, detail=detail)
            for row in rows:
                found.setdefault((row, rank), []).append(check)
    return found


def _is_roll_forward(structure: Structure, first: int, total: int) -> bool:
    is_flow = structure.kind is StatementKind.CASH_FLOW
    label = structure.rows[total].label.casefold()
    return is_flow and re.search(r"\bend(?:ing)?\b|\bclos(?:e|ing)\b", label) is not None and first != total


def check_across(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with the checks between statements, and between figures that the document repeats."""
    checks: dict[int, list[Check]] = {}
    groups = (
        (
            BALANCE,
            _pairs(facts, StatementKind.BALANCE, StatementKind.BALANCE, _TOTAL_ASSETS.match, _TOTAL_CLAIMS.match),
        ),
        (
            NET_INCOME,
            _pairs(facts, StatementKind.INCOME, StatementKind.CASH_FLOW, _NET_INCOME.match, _NET_INCOME.match),
        ),
        (REPEATED, _repeated(facts)),
    )
    for name, pairs in groups:
        for first, second in pairs:
            one, other = facts[first], facts[second]
            passed = _agree(one, other)
            if name == NET_INCOME and not passed:
                continue  # the statement of cash flows may begin with another result
            detail = "" if passed else _difference(one, other)
            for at in (first, second):
                checks.setdefault(at, []).append(Check(name, passed, detail))
    for at, check in _quarters(facts):
        checks.setdefault(at, []).append(check)
    return [
        replace(fact, checks=(*fact.checks, *dict.fromkeys(checks[at]))[:_MOST_CHECKS]) if at in checks else fact
        for at, fact in enumerate(facts)
    ]


def _agree(one: Fact, other: Fact) -> bool:
    decimals = [fact.decimals for fact in (one, other) if fact.decimals is not None]
    allowed = Decimal(10) ** -min(decimals) if decimals else Decimal(0)
    is_rounded = len(set(decimals)) > 1
    return abs(one.value - other.value) <= (allowed if is_rounded else 0)


def _difference(one: Fact, other: Fact) -> str:
    first, second = (f"{fact.label!r} is {fact.value:,f} on page {fact.place.page}" for fact in (one, other))
    return f"{first}, but {second}."


def _pairs(
    facts: Sequence[Fact],
    kind: StatementKind,
    other: StatementKind,
    is_first: Callable[[str], object],
    is_second: Callable[[str], object],
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of two facts of the same period, one of each statement."""
    first: dict[object, int] = {}
    for at, fact in enumerate(facts):
        if fact.statement is kind and not fact.dimensions and is_first(fact.label):
            first.setdefault((fact.period, fact.currency), at)
    seen: set[object] = set()
    for at, fact in enumerate(facts):
        if fact.statement is other and not fact.dimensions and is_second(fact.label):
            key = (fact.period, fact.currency)
            if key in first and first[key] != at and key not in seen:
                seen.add(key)
                yield first[key], at


def _repeated(facts: Sequence[Fact]) -> Iterator[tuple[int, int]]:
    """Yield facts of the same concept, period and dimensions that the document states in two places. An item may be
    several rows, so that facts with an item only are the same only if they agree.
    """
    first: dict[object, int] = {}
    for at, fact in enumerate(facts):
        if (fact.concept is None and fact.item is None) or fact.scale is None or fact.restated:
            continue
        name = fact.concept or (fact.item, fact.value)
        key = (name, fact.period, fact.dimensions, fact.currency, fact.measure)
        before = first.setdefault(key, at)
        if facts[before].place.table != fact.place.table:
            yield before, at


def _quarters(facts: Sequence[Fact]) -> Iterator[tuple[int, Check]]:
    """Yield the checks of years whose four quarters the document states, too."""
    by_label: dict[object, dict[FiscalLabel, int]] = {}
    for at, fact in enumerate(facts):
        is_flow = fact.period.start is not None and fact.statement is not StatementKind.EQUITY
        if fact.fiscal is not None and is_flow and fact.measure is Measure.MONEY:
            key = (fact.concept or fact.label_path, fact.dimensions, fact.currency)
            by_label.setdefault(key, {}).setdefault(fact.fiscal, at)
    for labels in by_label.values():
        for label, year in labels.items():
            quarters = [labels.get(FiscalLabel(label.year, f"Q{quarter}")) for quarter in (1, 2, 3, 4)]
            known = [at for at in quarters if at is not None]
            if label.part == "FY" and len(known) == len(quarters):
                yield from _check_year(facts, year, known)


def _check_year(facts: Sequence[Fact], year: int, quarters: Sequence[int]) -> Iterator[tuple[int, Check]]:
    fact, amount = facts[year], sum((facts[at].value for at in quarters), Decimal(0))
    unit = Decimal(10) ** -(fact.decimals or 0)
    passed = abs(amount - fact.value) <= _TOLERANCE * unit
    detail = "" if passed else f"The four quarters add up to {amount:,f}, but {fact.value:,f} is shown for the year."
    for at in (year, *quarters):
        yield at, Check(QUARTERS, passed, detail)


def checks_of(cells: Mapping[tuple[int, int], Sequence[Check]], row: int, rank: int) -> tuple[Check, ...]:
    """Return the checks of one figure, each once: a failed one first."""
    found = dict.fromkeys(cells.get((row, rank), ()))
    return tuple(sorted(found, key=lambda check: check.passed))

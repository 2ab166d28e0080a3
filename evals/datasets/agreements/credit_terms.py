"""Draws the terms of a fictional credit agreement."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from evals.datasets.agreements.names import draw_bank, draw_company, draw_day

_ADD_BACKS = (
    "interest expense",
    "provision for taxes based on income",
    "depreciation and amortization expense",
    "non-cash compensation expense",
    "fees and expenses of the Transactions",
    "restructuring charges and severance costs",
    "losses from asset sales",
    "non-cash impairment charges",
    "management fees paid to the Sponsor",
    "start-up costs of new plants",
)


@dataclass(frozen=True, slots=True)
class Facility:
    name: str
    commitment: str
    amount: int
    maturity: date


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the pricing grid; `percents` are the margins by loans in the terms' order."""

    number: str
    when: str
    percents: tuple[Decimal, ...]
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Covenant:
    """A covenant: `levels` are (level, period) pairs; the period is "" for one that always applies."""

    name: str
    test: str
    levels: tuple[tuple[Decimal, str], ...]


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """The terms. Amounts are whole; `incremental` is the fixed amount, percent of EBITDA, ratio's name and ratio."""

    day: date
    original: date | None
    borrower: tuple[str, str]
    second: tuple[str, str] | None
    parent: tuple[str, str]
    agent: str
    facilities: tuple[Facility, ...]
    loans: tuple[str, ...]
    levels: tuple[Level, ...]
    fee_name: str
    benchmark: str
    floor: Decimal | None
    incremental: tuple[int, Decimal | None, str | None, Decimal | None] | None
    swing: int | None
    letters: int | None
    covenants: tuple[Covenant, ...]
    add_backs: tuple[str, ...]
    cap: int | None
    is_default: bool
    law: str
    sign: str = "$"
    currency: str = "USD"
    changes: tuple[tuple[str, str, str], ...] = field(default=())


def _quarter(source: Random, steps: tuple[str, ...]) -> Decimal:
    return Decimal(source.choice(steps))


def _levels(source: Random, count: int, loans: int) -> tuple[Level, ...]:
    base = _quarter(source, ("1.00", "1.25", "1.50", "2.00"))
    bounds = [Decimal("1.50") + Decimal("0.50") * at for at in range(count - 1)]
    levels = []
    for at in range(count):
        low = f"≥ {bounds[at - 1]} to 1.00" if at else ""
        high = f"< {bounds[at]} to 1.00" if at < count - 1 else ""
        when = " but ".join(part for part in (low, high) if part) or "Any ratio"
        margin = base + Decimal("0.25") * at
        percents = (margin, max(margin - 1, Decimal(0)))[:loans]
        levels.append(Level(("I", "II", "III", "IV", "V")[at], when, percents, Decimal("0.20") + Decimal("0.05") * at))
    return tuple(levels)


def _covenants(source: Random, day: date, *, steps: bool) -> tuple[Covenant, ...]:
    leverage = source.choice(
        ("Consolidated Total Net Leverage Ratio", "Total Leverage Ratio", "First Lien Net Leverage Ratio")
    )
    coverage = source.choice(("Consolidated Interest Coverage Ratio", "Fixed Charge Coverage Ratio"))
    top = _quarter(source, ("4.50", "5.00", "5.50"))
    year = day.year + 1
    levels: tuple[tuple[Decimal, str], ...] = ((top, ""),)
    if steps:
        levels = (
            (top, f"through December 31, {year}"),
            (top - Decimal("0.50"), f"March 31, {year + 1} through December 31, {year + 1}"),
            (top - 1, f"March 31, {year + 2} and thereafter"),
        )
    return (
        Covenant(leverage, "maximum", levels),
        Covenant(coverage, "minimum", ((_quarter(source, ("1.25", "2.50", "3.00")), ""),)),
    )


def draw_credit_terms(
    source: Random,
    *,
    british: bool = False,
    term_b: bool = False,
    grid: int = 3,
    steps: bool = False,
    two: bool = False,
) -> CreditTerms:
    """Draw terms: of a British agreement, of a term loan B (one level), or with step-downs or two borrowers."""
    day = draw_day(source)
    end = day.replace(year=day.year + 5, day=min(day.day, 28))
    later = day.replace(year=day.year + 7, day=min(day.day, 28))
    revolver, term = source.randrange(50, 900, 25) * 1_000_000, source.randrange(100, 2_000, 50) * 1_000_000
    term = term + 5_000_000 if term == revolver else term
    if british:
        facilities: tuple[Facility, ...] = (
            Facility("Facility A", "Total Facility A Commitments", term, end),
            Facility("Revolving Facility", "Total Revolving Facility Commitments", revolver, end),
        )
    elif term_b:
        facilities = (
            Facility("Term B Loans", "Term B Loan Commitment", term, later),
            Facility("Revolving Facility", "Revolving Commitment", revolver, end),
        )
    else:
        facilities = (
            Facility("Revolving Credit Facility", "Revolving Credit Commitment", revolver, end),
            Facility("Term Loans", "Term Loan Commitment", term, end),
        )
    benchmark = "SONIA" if british else source.choice(("Term SOFR", "Adjusted Term SOFR", "Adjusted Term SOFR Rate"))
    ratio = source.choice(("First Lien Net Leverage Ratio", "Total Net Leverage Ratio"))
    incremental = None
    if not british and source.random() < 0.85:
        amount = source.randrange(50, 500, 25) * 1_000_000
        incremental = (amount, Decimal(100), ratio, Decimal("4.25")) if term_b else (amount, None, None, None)
    return CreditTerms(
        day=day,
        original=None,
        borrower=draw_company(source, british=british),
        second=draw_company(source, british=british) if two else None,
        parent=draw_company(source, british=british),
        agent=draw_bank(source),
        facilities=facilities,
        loans=("Facility A Loans",)
        if british
        else source.choice((("Term SOFR Loans", "Base Rate Loans"), ("Term Benchmark Loans", "ABR Loans"))),
        levels=_levels(source, 1 if term_b else grid, 1 if british else 2),
        fee_name=source.choice(("Commitment fee", "Unused fee", "Facility fee")),
        benchmark=benchmark,
        floor=_quarter(source, ("0", "0.50", "0.75", "1.00")),
        incremental=incremental,
        swing=None if british or term_b else source.randrange(10, 60, 5) * 1_000_000,
        letters=None if british else source.randrange(15, 95, 5) * 1_000_000 + 2_000_000,
        covenants=_covenants(source, day, steps=steps),
        add_backs=_ADD_BACKS[: source.randrange(4, 10)],
        cap=source.choice((None, 15, 20, 25)),
        is_default=not british,
        law="England and Wales" if british else source.choice(("New York", "New York", "Texas", "Illinois")),
        sign="£" if british else "$",
        currency="GBP" if british else "USD",
    )

"""Draws the terms of a fictional notes offering."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from evals.datasets.agreements.names import draw_company, draw_day

_USES = (
    "to repay borrowings under the revolving credit facility and for general corporate purposes",
    "to finance the acquisition and to pay related fees and expenses",
    "to redeem the outstanding 2027 notes and to pay accrued interest on them",
)
COVENANTS = (
    "Limitation on Indebtedness",
    "Limitation on Restricted Payments",
    "Limitation on Liens",
    "Limitation on Asset Sales",
    "Merger and Consolidation",
    "Reports",
)


@dataclass(frozen=True, slots=True)
class Series:
    coupon: Decimal
    amount: int
    price: Decimal
    maturity: date
    spread: int


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket of `covenant`: an amount, and the percent of `of` if it is the greater of both."""

    covenant: str
    words: str
    amount: int
    percent: int | None
    of: str


@dataclass(frozen=True, slots=True)
class OfferingTerms:
    """The terms. `calls` are (day, price); `claw` is (share, price, until); `control` is the price after a change."""

    issuer: str
    state: str
    guarantors: str | None
    series: tuple[Series, ...]
    adjective: str
    rank: str
    calls: tuple[tuple[date, Decimal], ...]
    has_make_whole: bool
    claw: tuple[int, Decimal, date] | None
    control: Decimal | None
    use: str
    baskets: tuple[Basket, ...]
    covenants: tuple[str, ...]
    law: str
    sign: str
    currency: str


def _series(source: Random, first: date, count: int) -> tuple[Series, ...]:
    made = []
    for at in range(count):
        year = first.year + 5 + 3 * at
        coupon = Decimal(source.randrange(16, 34)) / 4 + Decimal(at) / 8
        price = Decimal("100.000") - Decimal(source.randrange(0, 9)) / 8
        amount = (source.randrange(6, 20) + 21 * at) * 25_000_000
        made.append(Series(coupon, amount, price, date(year, source.choice((3, 6, 9, 12)), 15), 25 + 5 * at))
    return tuple(made)


def draw_offering_terms(
    source: Random,
    *,
    count: int = 1,
    grade: bool = False,
    secured: bool = False,
    subordinated: bool = False,
    british: bool = False,
    euro: bool = False,
) -> OfferingTerms:
    """Draw terms of a high-yield offering, or of an investment-grade one (`grade`) without baskets."""
    day = draw_day(source)
    issuer, state = draw_company(source, british=british)
    series = _series(source, day, count)
    first = series[0]
    coupon = first.coupon
    begin = first.maturity.replace(year=first.maturity.year - 3)
    calls = tuple(
        (begin.replace(year=begin.year + at), (Decimal(100) + part).quantize(Decimal("0.001")))
        for at, part in enumerate((coupon / 2, coupon / 4, Decimal(0)))
    )
    adjective = "Senior Secured" if secured else "Senior Subordinated" if subordinated else "Senior"
    ebitda = source.choice(("Consolidated EBITDA", "Total Assets", "Consolidated Total Assets"))
    baskets = tuple(
        Basket(covenant, words, source.randrange(2, 40) * 5_000_000 + 1_000_000 * at, percent, ebitda)
        for at, (covenant, words, percent) in enumerate(
            (
                (COVENANTS[0], "Indebtedness under Credit Facilities", 100),
                (COVENANTS[0], "Capital Lease Obligations and Purchase Money Indebtedness", 35),
                (COVENANTS[1], "other Restricted Payments", source.choice((None, 25))),
            )
        )
    )
    return OfferingTerms(
        issuer=issuer,
        state=state,
        guarantors=None if grade else "each of the Issuer’s domestic subsidiaries that guarantees the Credit Agreement",
        series=series,
        adjective=adjective,
        rank={"Senior": "senior unsecured"}.get(adjective, adjective.lower()),
        calls=() if grade else calls,
        has_make_whole=True,
        claw=None
        if grade
        else (source.choice((35, 40)), (Decimal(100) + coupon).quantize(Decimal("0.001")), calls[0][0]),
        control=Decimal(101),
        use=source.choice(_USES),
        baskets=() if grade else baskets,
        covenants=(COVENANTS[2], COVENANTS[4], COVENANTS[5]) if grade else COVENANTS,
        law="England and Wales" if british else "New York",
        sign="€" if euro else "£" if british else "$",
        currency="EUR" if euro else "GBP" if british else "USD",
    )

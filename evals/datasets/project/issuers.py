"""Eight fictional issuers and their yearly figures in millions of US dollars. Each run computes the same figures."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

YEARS = (2023, 2022)


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer. `segments` are ordered by size. `covenant` is the maximum net leverage that its loans permit."""

    name: str
    ticker: str
    trade: str
    seat: str
    auditor: str
    segments: tuple[str, str]
    covenant: str
    maturity: str

    @property
    def key(self) -> str:
        """The word that names the issuer in file names and ids."""
        return self.ticker.lower()


ISSUERS = (
    Issuer(
        "Aldermoor Cement Corporation", "ALDM", "cement and ready-mixed concrete", "Toledo, Ohio",
        "Harrow & Finch LLP", ("Cement", "Ready-Mix"), "3.75", "June 15, 2028",
    ),
    Issuer(
        "Brackenhurst Airlines, Inc.", "BRKN", "scheduled air transport of passengers", "Tulsa, Oklahoma",
        "Pell Strand LLP", ("Mainline", "Regional"), "4.50", "March 31, 2027",
    ),
    Issuer(
        "Corvane Pharmaceuticals, Inc.", "CRVN", "medicines for the eye and the ear", "Durham, North Carolina",
        "Harrow & Finch LLP", ("Ophthalmology", "Otology"), "3.25", "September 30, 2029",
    ),
    Issuer(
        "Dunmarrow Foods Company", "DNMR", "canned vegetables and frozen meals", "Omaha, Nebraska",
        "Oakley Vance LLP", ("Frozen", "Canned"), "4.00", "December 1, 2026",
    ),
    Issuer(
        "Ellisquay Shipping Corporation", "ELLQ", "container vessels on long charters", "Mobile, Alabama",
        "Pell Strand LLP", ("Liner", "Feeder"), "5.25", "April 20, 2030",
    ),
    Issuer(
        "Fennimar Semiconductor, Inc.", "FNMR", "sensors and power controllers", "Boise, Idaho",
        "Oakley Vance LLP", ("Automotive", "Industrial"), "2.75", "August 1, 2028",
    ),
    Issuer(
        "Grisdale Hotels Corporation", "GRSD", "hotels beside motorways and airports", "Savannah, Georgia",
        "Harrow & Finch LLP", ("Owned", "Franchised"), "5.00", "May 15, 2027",
    ),
    Issuer(
        "Hathermoss Retail Group, Inc.", "HTHM", "garden centres and farm supplies", "Spokane, Washington",
        "Pell Strand LLP", ("Stores", "Online"), "3.50", "November 30, 2029",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Year:
    """The figures of one fiscal year. Single items are derived from hashes. Totals are computed from the items."""

    revenue: Decimal
    first_segment: Decimal
    cost: Decimal
    selling: Decimal
    interest: Decimal
    tax: Decimal
    cash: Decimal
    receivables: Decimal
    inventories: Decimal
    plant: Decimal
    payables: Decimal
    debt: Decimal
    depreciation: Decimal
    working_capital: Decimal
    capex: Decimal
    dividends: Decimal
    shares: Decimal

    @property
    def second_segment(self) -> Decimal:
        return self.revenue - self.first_segment

    @property
    def gross_profit(self) -> Decimal:
        return self.revenue - self.cost

    @property
    def operating_income(self) -> Decimal:
        return self.gross_profit - self.selling

    @property
    def pretax(self) -> Decimal:
        return self.operating_income - self.interest

    @property
    def net_income(self) -> Decimal:
        return self.pretax - self.tax

    @property
    def current_assets(self) -> Decimal:
        return self.cash + self.receivables + self.inventories

    @property
    def assets(self) -> Decimal:
        return self.current_assets + self.plant

    @property
    def liabilities(self) -> Decimal:
        return self.payables + self.debt

    @property
    def equity(self) -> Decimal:
        return self.assets - self.liabilities

    @property
    def operating_cash(self) -> Decimal:
        return self.net_income + self.depreciation + self.working_capital


@dataclass(frozen=True, slots=True)
class Agreement:
    """An issuer's contract, with a unique number. `fee` is in millions of US dollars per year."""

    number: str
    fee: Decimal
    ends: int


def agreements_of(issuer: Issuer) -> tuple[Agreement, ...]:
    """Return the issuer's five contracts. Each contract's number is unique among all issuers."""
    place = ISSUERS.index(issuer)
    return tuple(
        Agreement(
            number=f"{4000 + 100 * place + 17 * number}-{(7 * place + 3 * number) % 10}",
            fee=(30 * _share(f"{issuer.ticker} agreement {number}", 100, 990)).quantize(Decimal("0.1")),
            ends=2026 + (place + 3 * number) % 9,
        )
        for number in range(5)
    )


def _share(name: str, low: int, high: int) -> Decimal:
    """Derive a fraction between `low`/1000 and `high`/1000 from a digest. Every machine returns the same fraction."""
    digest = hashlib.sha256(name.encode()).digest()
    return Decimal(low + int.from_bytes(digest[:4], "big") % (high - low)) / 1000


def figures_of(issuer: Issuer) -> Mapping[int, Year]:
    """Return the issuer's figures by fiscal year."""
    return {year: _draw(issuer, year) for year in (*YEARS, YEARS[-1] - 1)}


def _draw(issuer: Issuer, year: int) -> Year:
    def share(name: str, low: int, high: int) -> Decimal:
        return _share(f"{issuer.ticker} {year} {name}", low, high)

    def part(of: Decimal, name: str, low: int, high: int) -> Decimal:
        return (of * share(name, low, high)).quantize(Decimal("0.1"))

    revenue = (Decimal(9000) * share("revenue", 120, 980)).quantize(Decimal("0.1"))
    cost = part(revenue, "cost", 540, 660)
    interest = part(revenue, "interest", 15, 40)
    return Year(
        revenue=revenue,
        first_segment=part(revenue, "segment", 560, 720),
        cost=cost,
        selling=part(revenue, "selling", 120, 210),
        interest=interest,
        tax=part(revenue, "tax", 18, 45),
        cash=part(revenue, "cash", 60, 140),
        receivables=part(revenue, "receivables", 90, 160),
        inventories=part(revenue, "inventories", 70, 170),
        plant=part(revenue, "property", 520, 900),
        payables=part(revenue, "payables", 80, 150),
        debt=part(revenue, "debt", 300, 520),
        depreciation=part(revenue, "depreciation", 40, 80),
        working_capital=-part(revenue, "working capital", 5, 30),
        capex=part(revenue, "capex", 40, 95),
        dividends=part(revenue, "dividends", 10, 30),
        shares=(Decimal(400) * share("shares", 200, 950)).quantize(Decimal("0.1")),
    )

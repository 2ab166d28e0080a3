"""Fictional issuers, the covers of their reports, and the periods that reports cover."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_FIRST = ("Amber", "Birch", "Cinder", "Dray", "Elder", "Fallow", "Gorse", "Hazel", "Inver", "Juniper", "Kestrel")
_SECOND = ("brook", "combe", "dale", "field", "ford", "gate", "ham", "holt", "mere", "stead", "wick")
_TRADES = ("Mills", "Ferries", "Foods", "Glass", "Holdings", "Instruments", "Logistics", "Paper", "Systems", "Timber")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
YEAR_ENDS = (12, 12, 12, 6, 9, 3)
"""Months in which fiscal years end."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A fictional issuer, and the fiscal year that its report covers."""

    name: str
    suffix: str
    ticker: str
    year: int
    month: int

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.suffix}"

    @property
    def year_end(self) -> date:
        return last_day(self.year, self.month)


def draw_issuer(source: Random, *, suffix: str = "Inc.", month: int | None = None) -> Issuer:
    name = f"{source.choice(_FIRST)}{source.choice(_SECOND)} {source.choice(_TRADES)}"
    ticker = "".join(letter for letter in name.upper() if letter in "BCDFGHJKLMNPQRSTVWXZ")[:4]
    return Issuer(name, suffix, ticker, source.randint(2018, 2025), month or source.choice(YEAR_ENDS))


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def year_to(end: date) -> str:
    """Return the twelve months that end on a day, in ISO 8601."""
    return span_to(end, 12)


def span_to(end: date, months: int) -> str:
    """Return the months that end on the last day of a month, in ISO 8601."""
    index = end.year * 12 + end.month - months
    before = last_day((index - 1) // 12, (index - 1) % 12 + 1)
    return f"{(before + timedelta(days=1)).isoformat()}/{end.isoformat()}"


def shown_day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def month_day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def cover_lines(issuer: Issuer, *, form: str = "FORM 10-K") -> list[str]:
    """Return the lines of a cover in the form of the SEC, which says that dollars are those of the United States."""
    return [
        "UNITED STATES",
        "SECURITIES AND EXCHANGE COMMISSION",
        "Washington, D.C. 20549",
        form,
        f"For the fiscal year ended {shown_day(issuer.year_end)}",
        issuer.full_name,
        "(Exact name of registrant as specified in its charter)",
        f"Common Stock, par value $0.01 per share {issuer.ticker} New York Stock Exchange",
    ]


def plain_cover_lines(issuer: Issuer) -> list[str]:
    """Return the lines of an annual report's cover that names no country."""
    day = issuer.year_end
    return [
        issuer.full_name,
        f"Annual Report {issuer.year}",
        f"Annual report for the year ended {day.day} {MONTHS[day.month - 1]} {day.year}.",
    ]

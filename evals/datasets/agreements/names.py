"""Fictional parties and dates."""

from datetime import date, timedelta
from random import Random

_STEMS = (
    "Arkwell",
    "Brenmoor",
    "Calder Vale",
    "Dunmarrow",
    "Ellersby",
    "Fenhallow",
    "Garrowby",
    "Hollinfell",
    "Ivelmere",
    "Kestrow",
    "Lindenquay",
    "Marlstone",
    "Northolme",
    "Orrinfield",
    "Penhallow Bay",
    "Quarrington",
    "Rothmere",
    "Silverbeck",
    "Tarrowdale",
    "Wyncombe",
)
_TRADES = (
    "Packaging",
    "Health",
    "Logistics",
    "Materials",
    "Foods",
    "Industrial",
    "Energy Services",
    "Software",
    "Water",
    "Building Products",
)
_FORMS = (", Inc.", " Corporation", " Holdings, Inc.", ", LLC", " Group, L.P.", " Company")
_BRITISH = (" Limited", " plc", " Group Limited", " Holdings Limited")
_BANKS = (
    "Harrow Lane Bank, N.A.",
    "First Meridian Bank, National Association",
    "Quayside Trust Company, N.A.",
    "Granite Falls Bank, N.A.",
    "Portwell Capital LLC",
    "Bank of the Seven Hills, N.A.",
    "Lanternfield Bank PLC",
)
_STATES = ("Delaware", "New York", "Texas", "Ohio", "Nevada", "Maryland")


def draw_company(source: Random, *, british: bool = False) -> tuple[str, str]:
    """Return a company's name and the state or country of its law."""
    form = source.choice(_BRITISH if british else _FORMS)
    name = f"{source.choice(_STEMS)} {source.choice(_TRADES)}{form}"
    return name, "England and Wales" if british else source.choice(_STATES)


def draw_bank(source: Random) -> str:
    return source.choice(_BANKS)


def draw_day(source: Random, first: int = 2024, last: int = 2031) -> date:
    return date(first, 1, 5) + timedelta(days=source.randrange((last - first) * 365))


def american(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def british(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def kind_of(name: str) -> str:
    """Return what a company is, as an opening says it."""
    if "LLC" in name:
        return "limited liability company"
    return "limited partnership" if "L.P." in name else "corporation"


def dollars(amount: int, sign: str = "$") -> str:
    return f"{sign}{amount:,}"

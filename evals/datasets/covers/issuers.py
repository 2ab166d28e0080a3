"""Draws fictional issuers: a name in one of many shapes, its trading symbol, and a fiscal calendar."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_STEMS = ("Alder", "Bram", "Cald", "Dun", "Elm", "Farr", "Glen", "Hart", "Isel", "Karst", "Lark", "Mor", "Nor", "Oster",
          "Pell", "Quil", "Rav", "Sel", "Thorn", "Ulver", "Vint", "Wex", "Yar", "Zell")  # fmt: skip
_ENDS = ("bourne", "combe", "dale", "field", "gate", "haven", "ley", "mark", "moor", "ridge", "stone", "ton", "wick")
_TRADES = ("Airlines", "Brands", "Chemical", "Energy", "Foods", "Health", "Instruments", "Logistics", "Materials",
           "Properties", "Semiconductor", "Stores", "Technologies", "Water Works")  # fmt: skip
_SHAPES = (
    "{a} {t}, Inc.", "{a} {t} Corporation", "The {a} Company", "{a} & {b} Co.", "{a}.com, Inc.", "{a} plc",
    "{a} {t} N.V.", "{a} Bancorp, Inc.", "{a} Realty Trust", "{a}-{b} Holdings, Inc.", "{a} {t} Group plc",
    "Bank of {a} Corporation", "{a} Partners, L.P.", "{i} {t}, LLC", "{a} Resorts International", "{a} Incorporated",
    "{a} {t} Company, Inc.", "{a}, Inc.", "{a} {b} & Sons, Inc.", "{a} of {b} Corp.", "{a} International Ltd.",
    "{u}, Inc.", "{a} Therapeutics, Inc.", "{a} Financial Services Group, Inc.",
)  # fmt: skip
_LATE_YEARS = 0.5


@dataclass(frozen=True, slots=True)
class Calendar:
    """A fiscal calendar. `labels_by_start` states that a year which ends in January has the number of its start."""

    month: int
    day: int
    weeks: bool = False
    labels_by_start: bool = False

    def year_end(self, year: int) -> date:
        """Return the end of the fiscal year of this number."""
        if self.labels_by_start:
            year += 1
        end = date(year, self.month, self.day)
        if not self.weeks:
            return end
        return end + timedelta(days=(5 - end.weekday() + 3) % 7 - 3)  # the Saturday nearest to the day

    def quarter_end(self, year: int, quarter: int) -> date:
        """Return the end of a quarter of the fiscal year of this number."""
        end = self.year_end(year)
        if quarter == 4:
            return end
        if self.weeks:
            return end - timedelta(weeks=13 * (4 - quarter))
        month = (self.month - 1 - 3 * (4 - quarter)) % 12 + 1
        in_year = end.year if month <= self.month else end.year - 1
        after = date(in_year + month // 12, month % 12 + 1, 1)
        return after - timedelta(days=1)


CALENDARS = (
    Calendar(12, 31),
    Calendar(12, 31),
    Calendar(6, 30),
    Calendar(9, 30),
    Calendar(3, 31),
    Calendar(1, 31),
    Calendar(1, 31, weeks=True, labels_by_start=True),
    Calendar(9, 27, weeks=True),
    Calendar(12, 30, weeks=True),
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """A fictional issuer. `short` is the name that its documents use in text."""

    name: str
    short: str
    ticker: str
    calendar: Calendar

    @property
    def capitals(self) -> str:
        return self.name.upper()


def draw_name(source: Random) -> tuple[str, str]:
    """Return a legal name and its short name."""
    first, second = (f"{source.choice(_STEMS)}{source.choice(_ENDS)}" for _ in range(2))
    initials = "".join(source.choice("BCDFGHKLMNPRSTV") for _ in range(3))
    unvowelled = "".join(letter for letter in first.upper() if letter not in "AEIOU")[:4]
    shape = source.choice(_SHAPES)
    name = shape.format(a=first, b=second, t=source.choice(_TRADES), i=initials, u=unvowelled)
    return name, {"{i}": initials, "{u}": unvowelled}.get(shape[:3], first)


def draw_issuer(source: Random) -> Issuer:
    name, short = draw_name(source)
    ticker = "".join(letter for letter in short.upper() if letter.isalpha())[:4]
    return Issuer(name, short, ticker, source.choice(CALENDARS))


def long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"

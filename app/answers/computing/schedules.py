"""Find amounts that fall due in a year: maturities of debt, lease payments, benefits, amortization, purchases.

A schedule is a table with three or more single years as the labels of its rows, or as the headings of its columns,
whose text says what falls due. Its years are those of the payments, not the periods of its figures.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.answers.claims import PageTexts
from app.answers.computing.table_places import Place, PlacesOfTable
from app.answers.computing.terms import terms_of
from app.quantities.headings import find_years
from app.quantities.values import Kind
from app.tables.rows import quantity_of

_DUE = re.compile(
    r"\b(?:matur\w*|(?:come|comes|coming|fall|falls|falling) due|due|repayable|scheduled|future minimum|minimum lease"
    r"|expected to (?:pay|be paid)|(?:future )?principal payments|future payments"
    r"|expected (?:future )?(?:benefit|amortization|payments?)"
    r"|estimated (?:future )?(?:amortization|benefit))\b",
    re.IGNORECASE,
)
_TOPICS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(stated, re.IGNORECASE))
    for asked, stated in (
        (r"\bleas", r"\bleases?\b"),
        (r"\bamorti", r"\bamorti[sz]ation\b"),
        (r"\b(?:benefit|pension|retire)", r"\b(?:benefits?|pensions?|postretirement)\b"),
        (r"\bpurchase (?:commitment|obligation)", r"\bpurchase\b"),
        (
            r"\b(?:debt|notes?|bonds?|borrowings?|loans?|matur)",
            r"\b(?:debt|notes?(?! \d)|bonds?|borrowings?|loans?)\b",
        ),
    )
)
_ELSE = re.compile(r"\binterest\b|\bfair value\b|\brates?\b|\bdiscount", re.IGNORECASE)
_TOTAL = re.compile(r"\btotals?\b|\bprincipal\b|\bmaturit\w*\b|\bpayments?\b|\bamounts?\b", re.IGNORECASE)
_YEAR_ONLY = re.compile(
    r"(?:(?:fiscal|fy|year|years?|calendar|(?:12|twelve) months) ?)*(?:end(?:ed|ing)? )?"
    r"(?:(?:on )?[a-z]{3,9}\.? \d{1,2},? ?)?(?:20\d\d)",
    re.IGNORECASE,
)
_LEAST_YEARS = 3
_WHOLE = re.compile(r"totals?\b", re.IGNORECASE)
_TOGETHER = 24  # characters
_WITHOUT = re.compile(r"\b(?:excluding|exclusive of|other than|except(?: for)?|without)\b[^.,;:]{0,40}", re.IGNORECASE)
_BEFORE = 500
"""Characters of a page above a table that may say what its schedule is of."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A figure of a schedule for one year, with the words that are its own, the last of these, and those around it."""

    place: Place
    own: str
    last: str
    around: str


def asks_schedule(words: str) -> bool:
    """Return whether words ask for amounts that fall due."""
    return _DUE.search(words) is not None and _topic_of(words) is not None


def find_scheduled(words: str, year: int, tables: Sequence[PlacesOfTable], texts: PageTexts) -> Place | None:
    """Return the figure of a year in the schedule that words ask for; None if no schedule has one, or several do."""
    topic = _topic_of(words)
    if topic is None:
        return None
    found: list[Place] = []
    for table in tables:
        lines = [line for line in _lines(table.places, year, texts) if not _ELSE.search(line.last)]
        own = [line for line in lines if topic.search(line.own)]
        total = [line for line in lines if _WHOLE.match(line.last)]
        if len(total) == 1 and len(own) == len(lines) - 1 > 1:
            own = total
        about = own or [line for line in lines if topic in _nearest_topics(line.around)]
        chosen = about if len(about) == 1 else [line for line in about if _TOTAL.search(line.own)]
        chosen = chosen if len(chosen) == 1 else _with_most(terms_of(words), about)
        if len(chosen) == 1:
            found.append(chosen[0].place)
    amounts = {(quantity_of(place.cell).value, quantity_of(place.cell).scale) for place in found}
    return found[0] if len(amounts) == 1 else None


def _with_most(terms: frozenset[str], lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines whose own words have the most of the terms."""
    counts = [len(terms & terms_of(line.own)) for line in lines]
    return [line for line, count in zip(lines, counts, strict=True) if count and count == max(counts)]


def _topic_of(words: str) -> re.Pattern[str] | None:
    return next((stated for asked, stated in _TOPICS if asked.search(words)), None)


def _nearest_topics(text: str) -> list[re.Pattern[str]]:
    """Return the topics that a text names last, nearest to its table: several, if it names them together."""
    text = _WITHOUT.sub(" ", text)
    ends = {stated: max((found.end() for found in stated.finditer(text)), default=0) for _, stated in _TOPICS}
    last = max(ends.values())
    return [stated for stated, end in ends.items() if end and end >= last - _TOGETHER]


def _lines(places: Sequence[Place], year: int, texts: PageTexts) -> Iterator[_Line]:
    """Yield the figures of a year in a table, if that is a schedule."""
    by_row = {place.cell.row: years for place in places if (years := _only_year(place.row.label_path[-1]))}
    by_column = {place.cell.column: years for place in places if (years := _heading_year(place))}
    are_rows = _is_schedule(by_row)
    if not are_rows and not _is_schedule(by_column):
        return
    for place in places:
        kind = quantity_of(place.cell).kind
        of = by_row.get(place.cell.row) if are_rows else by_column.get(place.cell.column)
        if of != year or kind in (Kind.PERCENTAGE, Kind.BASIS_POINTS):
            continue
        around = _text_around(place, texts)
        if not _DUE.search(around):
            continue
        own = place.cell.header_path if are_rows else place.row.label_path
        yield _Line(place, " ".join(own), own[-1] if own else "", around)


def _is_schedule(years: Mapping[int, int]) -> bool:
    """Return whether single years follow each other, upwards: comparatives go down, or are only two."""
    found = [years[at] for at in sorted(years)]
    return len(found) >= _LEAST_YEARS and all(later == one + 1 for one, later in pairwise(found))


def _only_year(label: str) -> int:
    text = label.strip(" :.")
    return int(find_years(text)[0]) if _YEAR_ONLY.fullmatch(text) and find_years(text) else 0


def _heading_year(place: Place) -> int:
    return next((year for heading in reversed(place.cell.header_path) if (year := _only_year(heading))), 0)


def _text_around(place: Place, texts: PageTexts) -> str:
    table = place.row.table
    begin = min((start for cell in table.cells if cell.page == place.key[1] for start, _ in cell.spans), default=0)
    above = texts.get(place.key, "")[max(0, begin - _BEFORE) : begin]
    named = (table.title, table.caption, *table.lines_above, *place.row.label_path, *place.cell.header_path)
    return " ".join([above, *filter(None, named)])

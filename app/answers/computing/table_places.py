"""The figures of tables, with the words and the periods that say what they are of."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from uuid import UUID

from app.answers.claims import PageKey
from app.answers.computing.currencies import is_in_currency, list_translated
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.terms import FRAME, terms_of
from app.facts.fiscal import FiscalSpan
from app.facts.model import StatementKind
from app.facts.statements.titles import read_title
from app.quantities.column_periods import is_change_heading, is_period_heading
from app.quantities.durations import find_durations
from app.quantities.fiscal_labels import find_quarters
from app.quantities.headings import find_years
from app.quantities.number_words import parse_ordinal
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.quantities.wanted_periods import WantedPeriods
from app.tables.model import Cell, CellKind, Table
from app.tables.rows import FigureRow, list_figure_rows, quantity_of

FindSpan = Callable[[Period], FiscalSpan | None]
"""Returns the fiscal quarters of a period of days, as the issuer counts them."""

_YEAR = 12  # months
_PERCENT = frozenset({"percent"})
_DEDUCTION = re.compile(
    r"\b(?:costs?|expenses?|expenditures?|depreciation|amorti[sz]ation|dividends?\s+(?:paid|on|declared)|purchases?|repayments?"
    r"|borrowings|payables?|liabilities|debts?|overdrafts?|bank loans?|payments?|repurchases?|paid"
    r"|acquisitions?|additions\s+to|provision\s+for\s+income\s+taxes)\b",
    re.IGNORECASE,
)
_NO_DEDUCTION = re.compile(
    r"\b(?:income(?!\s+tax)|profit|loss(?:es)?|gains?|earnings|revenues?|margin|net|change|accumulated|proceeds|allowance|benefit|received)\b|\(",
    re.I,
)
_FLOWS = frozenset({StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME, StatementKind.CASH_FLOW})
_DURATION = re.compile(r"\b(?:years?|months?|weeks?|quarters?|periods?)\s+(?:then\s+)?ended\b", re.IGNORECASE)
_AT_END = re.compile(
    r"\b(?:balances?|ending|closing|opening|beginning|average|financial position"
    r"|(?:as of|at)\s+(?:the\s+)?(?:(?:year|period|quarter)[- ]?end|end|start|\w+\s+\d))\b",
    re.IGNORECASE,
)
_DAYS_OF_YEAR = range(350, 380)
_ORDINAL_ONLY = re.compile(
    r"(first|second|third|fourth|1st|2nd|3rd|4th)(?:\s+(?:fiscal\s+)?(?:quarter|qtr\.?))?", re.IGNORECASE
)


@dataclass(frozen=True)
class Place:
    """A figure cell with the words that say what it is of. `near` has those of its row and its headings."""

    key: PageKey
    row: FigureRow
    cell: Cell
    own: frozenset[str]
    path: frozenset[str]
    heads: frozenset[str]
    around: frozenset[str]
    others: frozenset[str]
    statements: frozenset[StatementKind] = frozenset()

    @cached_property
    def near(self) -> frozenset[str]:
        return self.own | self.heads | self.path

    @cached_property
    def is_change(self) -> bool:
        """Whether a heading states that the figure is a change between periods."""
        return any(map(is_change_heading, self.cell.header_path))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The value of `order_of`."""
        return order_of(self)


@dataclass(frozen=True, slots=True)
class PlacesOfTable:
    """The figures of a table, in order. `by_term` has the indexes of the figures with a term in their row or headings,
    and `latest` the newest year of the headings.
    """

    places: Sequence[Place]
    by_term: Mapping[str, Sequence[int]]
    latest: int | None

    @classmethod
    def of(cls, places: Sequence[Place]) -> "PlacesOfTable":
        by_term: dict[str, list[int]] = {}
        for index, place in enumerate(places):
            for term in place.near:
                by_term.setdefault(term, []).append(index)
        years = (place.order[0] for place in places if len(place.order) > 1)
        return cls(places, by_term, max(years, default=None))

    def with_any(self, terms: frozenset[str]) -> Iterator[Place]:
        """Yield the figures with one of the terms in their row or headings, in order."""
        found = {index for term in terms for index in self.by_term.get(term, ())}
        return (self.places[index] for index in sorted(found))


def list_places(tables: Mapping[PageKey, Sequence[Table]], currency: str | None) -> list[PlacesOfTable]:
    """List the figures of tables: those in a currency, or without translations into another one."""
    distinct = {(key[0], table.number): table for key, of_page in tables.items() for table in of_page}
    return [
        table.once(
            (list_places.__name__, version_id, currency),
            partial(lambda *of: PlacesOfTable.of(tuple(_places_of(*of))), version_id, table, currency),
        )
        for (version_id, _), table in distinct.items()
    ]


def _places_of(version_id: UUID, table: Table, currency: str | None) -> Iterator[Place]:
    lines = " ".join(filter(None, (table.title, table.caption, *table.lines_above)))
    rows = list_figure_rows(table)
    stub = [cell.text for cell in table.cells if cell.kind is CellKind.HEADING and cell.column == 0]
    around = terms_of(" ".join([lines, *stub]))
    others = terms_of_rows(rows)
    statements = _statements_of(table)
    for row in rows:
        own = terms_of(row.label_path[-1])
        path = frozenset[str]().union(*map(terms_of, row.label_path[:-1]))
        for cell in _in_currency(row, currency):
            if quantity_of(cell).value is None or quantity_of(cell).kind is Kind.RANGE:
                continue
            heads = frozenset[str]().union(*map(terms_of, cell.header_path))
            if quantity_of(cell).kind is Kind.PERCENTAGE:
                heads |= _PERCENT
            yield Place((version_id, cell.page), row, cell, own, path, heads, around, others, statements)


def _statements_of(table: Table) -> frozenset[StatementKind]:
    titles = map(read_title, filter(None, (table.title, table.caption, *table.lines_above)))
    return frozenset(kind for title in titles if title is not None for kind in title.kinds)


def can_be_of(place: Place, statement: StatementKind | None) -> bool:
    """Return whether a figure can be an item of a statement: no balance is an amount of a period, and none of these is
    in a balance sheet. A movement states the balances at its ends.
    """
    if statement is StatementKind.BALANCE:
        if any(map(_AT_END.search, place.row.label_path)):
            return True
        is_flow = bool(place.statements) and place.statements <= _FLOWS
        return not is_flow and not any(map(_DURATION.search, place.cell.header_path))
    return statement not in _FLOWS or place.statements != {StatementKind.BALANCE}


def _in_currency(row: FigureRow, currency: str | None) -> Sequence[Cell]:
    """Return the figures of a row in the currency asked for, or without their translations."""
    figures = [cell for cell in row.figures if is_in_currency(quantity_of(cell).unit, currency)]
    if currency is not None:
        exact = [cell for cell in figures if quantity_of(cell).unit == currency]
        return exact or figures
    translated = list_translated([(moment(cell), quantity_of(cell).unit) for cell in figures])
    return [cell for number, cell in enumerate(figures) if number not in translated]


def is_in_span(place: Place, span: FiscalSpan | Period, find_span: FindSpan) -> bool | None:
    """Return whether a figure is of fiscal quarters; None if the issuer's calendar does not have its period."""
    period = place.cell.period
    known = None if period is None else find_span(period)
    if known is None or isinstance(span, Period):
        return None
    return known == span if known.start is not None else known.end == span.end


def fits(place: Place, period: AskedPeriod, *, year_end_month: int) -> bool:
    """Return whether a figure is of a period, by its headings and by the days that they name."""
    headings = (*place.cell.header_path, *place.row.label_path)
    if any(len(set(find_years(heading))) > 1 for heading in headings):
        return False  # a column that compares two years
    wanted = WantedPeriods.of(period.label())
    if wanted.fits(place.cell.period, headings, year_end_month=year_end_month):
        return True
    years = {int(year) for heading in headings for year in find_years(heading)}
    if period.day is not None:
        heading = " ".join(headings)
        lengths = {found.duration.months for found in find_durations(heading)}
        is_length = period.months is None or lengths == {period.months} or (period.months == _YEAR and not lengths)
        return place.cell.period is None and is_length and str(period.day.year) in find_years(heading)
    if period.part.startswith("Q"):
        ordinals = [found for heading in headings if (found := _ORDINAL_ONLY.fullmatch(heading.strip().rstrip(":")))]
        is_quarter = any(parse_ordinal(found[1]) == int(period.part[1]) for found in ordinals)
        return is_quarter and (period.year is None or period.year in years)
    if period.part == "FY":  # a heading that names the year alone
        return years == {period.year} and not any(True for heading in headings for _ in find_quarters(heading))
    return False


def is_balance_or_year(place: Place) -> bool:
    """Return whether a figure is of a day or of a year."""
    period = place.cell.period
    return period is not None and (period.start is None or (period.end - period.start).days in _DAYS_OF_YEAR)


def moment(cell: Cell) -> Hashable:
    """Return the period of a figure, or the years of its headings; None without any."""
    return cell.period or tuple(find_years(" ".join(cell.header_path))) or None


def is_deduction(place: Place) -> bool:
    """Return whether a row shows expenses or payments in brackets: their amounts are positive, as in the taxonomy."""
    label = place.row.label_path[-1]
    if not _DEDUCTION.search(label) or _NO_DEDUCTION.search(label):
        return False
    values = [quantity_of(cell) for cell in place.row.figures]
    printed = [
        value.value for value in values if value.value is not None and value.kind in (Kind.AMOUNT, Kind.PER_SHARE)
    ]
    return bool(printed) and max(printed) <= 0


def terms_of_rows(rows: Sequence[FigureRow]) -> frozenset[str]:
    """Return the terms of all labels and headings of a table."""
    texts = {text for row in rows for text in row.label_path}
    texts |= {heading for row in rows for cell in row.figures for heading in cell.header_path}
    return frozenset[str]().union(*map(terms_of, texts)) - FRAME


def period_name(place: Place) -> str:
    """Return the headings and labels that name the period of a figure."""
    named = [_stripped(text) for text in (*place.row.label_path, *place.cell.header_path) if is_period_heading(text)]
    return " ".join(dict.fromkeys(filter(None, named)))


def name_of_place(place: Place) -> str:
    """Return a row's label, with the headings that say more than a period or a unit."""
    more = [
        _stripped(text) for text in place.cell.header_path if not is_period_heading(text) and terms_of(text) - FRAME
    ]
    return ", ".join(dict.fromkeys([place.row.label, *more]))


def _stripped(text: str) -> str:
    return " ".join(text.split()).strip(" :,;")


def order_of(place: Place) -> tuple[int, ...]:
    """Return the year and the quarter (5 without one) of a figure's headings, or else the last day of its period."""
    period = place.cell.period
    headings = (*place.cell.header_path, *place.row.label_path)
    years = [int(year) for heading in headings for year in find_years(heading)]
    quarters = [
        parse_ordinal(found[1])
        for heading in headings
        if (found := _ORDINAL_ONLY.fullmatch(heading.strip().rstrip(":")))
    ] + [found.quarter for heading in headings for found in find_quarters(heading)]
    if years:
        return (max(years), quarters[0] if quarters else 5)
    return () if period is None else (period.end.toordinal(),)

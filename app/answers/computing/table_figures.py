"""Find the figures of items in tables, by label, headings, title and period."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from app.answers.claims import PageKey, PageTexts
from app.answers.computing.currencies import is_in_currency, list_translated
from app.answers.computing.found import Figure, Missing
from app.answers.computing.ledger_figures import other_names
from app.answers.computing.requests import AskedPeriod, Item
from app.answers.computing.terms import FRAME, OPERATIONS, SOFT, terms_of
from app.answers.writing.figures import find_year_end_month
from app.quantities.column_periods import is_change_heading, is_period_heading
from app.quantities.durations import find_durations
from app.quantities.fiscal_labels import find_quarters
from app.quantities.headings import find_years
from app.quantities.number_words import parse_ordinal
from app.quantities.values import Kind
from app.quantities.wanted_periods import WantedPeriods
from app.tables.model import Cell, CellKind, Table
from app.tables.rows import FigureRow, list_figure_rows, quantity_of

_ORDINAL_ONLY = re.compile(
    r"(first|second|third|fourth|1st|2nd|3rd|4th)(?:\s+(?:fiscal\s+)?(?:quarter|qtr\.?))?", re.IGNORECASE
)
_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][\w&]*|\b(?<!^)[A-Z][\w&]+")
_PERCENT = frozenset({"percent"})
_DEDUCTION = re.compile(
    r"\b(?:costs?|expenses?|expenditures?|depreciation|amorti[sz]ation|dividends?\s+(?:paid|on|declared)|purchases?|repayments?"
    r"|payments?|repurchases?|paid|acquisitions?|additions\s+to|provision\s+for\s+income\s+taxes)\b",
    re.IGNORECASE,
)
_NO_DEDUCTION = re.compile(
    r"\b(?:income(?!\s+tax)|profit|loss(?:es)?|gains?|earnings|revenues?|margin|net|change|accumulated|proceeds|allowance|benefit|received)\b|\(",
    re.I,
)
_TOTAL = frozenset({"total"})
_CHANGE_TERMS = frozenset({"chang", "increas", "decreas", "growth", "varianc", "differ"})
_WEIGHT_ELSEWHERE = 0.7
_WEIGHT_IN_TEXT = 0.35
_LEAST_COVERED = 0.8
_YEAR = 12  # months
_DAYS_OF_YEAR = range(350, 380)
_LEAST_OWN = 0.34
_ALIKE = 0.04


@dataclass(frozen=True, slots=True)
class _Place:
    """A figure cell with the words that say what it is of."""

    key: PageKey
    row: FigureRow
    cell: Cell
    own: frozenset[str]
    path: frozenset[str]
    heads: frozenset[str]
    around: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Scored:
    place: _Place
    score: float
    covered: float


class TableFigures:
    """The tables in which items are looked up. `texts` are their pages' texts: words of them support a match.

    With `names_in_rows`, a name in an item must be in the row, its headings, or the table's title: the page's other
    text may mention others than the issuer. Amounts are in the `currency`, or else in that of the issuer.
    """

    def __init__(
        self,
        tables: Mapping[PageKey, Sequence[Table]],
        texts: PageTexts,
        *,
        names_in_rows: bool = False,
        currency: str | None = None,
    ) -> None:
        self._tables = tables
        self._texts = texts
        self._names_in_rows = names_in_rows
        self._currency = currency
        self._year_ends: dict[int, int] = {}

    def find(self, item: Item) -> Figure | Missing:
        """Find the figure of an item. Without a period, it is the latest."""
        found = self._find(item)
        if isinstance(found, Figure) or item.period is None:
            return found
        return self._find_by_other_names(item, item.period) or found

    def _find_by_other_names(self, item: Item, period: AskedPeriod) -> Figure | None:
        """Find the only amount in rows that are labelled exactly as other names of the item."""
        figures: dict[tuple[Decimal, Kind], Figure] = {}
        for name in other_names(item.words, item.name):
            hard = terms_of(name)
            for each in self._scored(name):
                if each.place.own == hard and self._fits(each.place, period):
                    figure = self._figure(each)
                    figures.setdefault((figure.amount(), figure.kind), figure)
        return next(iter(figures.values())) if len(figures) == 1 else None

    def _find(self, item: Item) -> Figure | Missing:
        if item.period is None:
            series = self.series(item)
            return series if isinstance(series, Missing) else series[-1]
        wanted = self._wanted(item.words)
        if not wanted:
            return Missing(item.words, f"“{item.words}” names no line item")
        scored = self._scored(item.words)
        best = max((each.score for each in scored), default=0.0)
        top = [each for each in scored if each.score >= best - _ALIKE]
        fitting = [each for each in top if self._fits(each.place, item.period)]
        if item.period.year is None and item.period.day is None:
            latest = max((_order(each.place) for each in fitting), default=())
            fitting = [each for each in fitting if _order(each.place) == latest]
        elif item.period.part == "FY":
            fitting = [each for each in fitting if _is_balance_or_year(each.place)] or fitting
        if not fitting:
            return Missing(item.words, f"no figure of {item.words} for {item.period.text}", self._nearest(top))
        chosen = _only(sorted(fitting, key=lambda each: -each.score))
        if chosen is None:
            return Missing(
                item.words, f"several figures of {item.words} for {item.period.text}", self._nearest(fitting)
            )
        return self._figure(chosen)

    def has(self, item: Item) -> bool:
        """Return whether rows can be those of an item, in any period."""
        names = (item.words, *other_names(item.words, item.name))
        return any(self._scored(name) for name in names)

    def series(self, item: Item) -> list[Figure] | Missing:
        """Find the figures of an item in all periods of its row, in the order of time."""
        scored = self._scored(item.words)
        best = max((each.score for each in scored), default=0.0)
        top = [each for each in scored if each.score >= best - _ALIKE]
        if not top:
            return Missing(item.words, f"no figure of {item.words}")
        if len(top) == 1:
            return [self._figure(top[0])]
        rows = {(id(each.place.row.table), each.place.cell.row) for each in top}
        columns = {(id(each.place.row.table), each.place.cell.column) for each in top}
        found = sorted((self._figure(each) for each in top), key=lambda figure: figure.order)
        orders = [figure.order for figure in found]
        if min(len(rows), len(columns)) > 1 or () in orders or len(set(orders)) < len(orders):
            return Missing(item.words, f"several figures of {item.words}", self._nearest(top))
        return found

    def _scored(self, words: str) -> list[_Scored]:
        wanted = self._wanted(words)
        hard = wanted - SOFT or wanted
        if not hard:
            return []
        is_change = not wanted.isdisjoint(_CHANGE_TERMS)
        names = terms_of(" ".join(_NAME.findall(words))) & hard
        scored = []
        for place in self._places:
            if not is_change and any(map(is_change_heading, place.cell.header_path)):
                continue
            near = place.own | place.heads | place.path
            if hard.isdisjoint(near) or not (hard & OPERATIONS) <= near:
                continue
            if not (hard - near - place.around - _TOTAL).isdisjoint(place.others):
                continue  # another row or column has this word
            page = self._page_terms(place.key)
            away = names - near - place.around
            if away and (self._names_in_rows or not away <= page):
                continue
            weight = sum(_weight(term, near, place.around | away, page) for term in hard)
            covered = weight / len(hard)
            own = place.own or place.path
            precision = len(own & wanted) / len(own) if own else 0.0
            heads = place.heads - wanted - FRAME
            soft = len((wanted & SOFT) & (own | place.heads)) - 0.5 * ("total" in own and "total" not in wanted)
            score = (
                covered
                + 0.3 * precision
                + 0.03 * soft
                - 0.02 * len(heads)
                + 0.02 * len(place.path & wanted)
                + 0.1 * (own - SOFT == hard)
            )
            if covered >= _LEAST_COVERED and (precision >= _LEAST_OWN or not place.heads.isdisjoint(hard)):
                scored.append(_Scored(place, score, covered))
        return scored

    def _wanted(self, words: str) -> frozenset[str]:
        return terms_of(words)

    @cached_property
    def _places(self) -> list[_Place]:
        places, seen = [], set()
        for key, tables in self._tables.items():
            for table in tables:
                if (key[0], table.number) in seen:
                    continue
                seen.add((key[0], table.number))
                lines = " ".join(filter(None, (table.title, table.caption, *table.lines_above)))
                rows = list_figure_rows(table)
                stub = [cell.text for cell in table.cells if cell.kind is CellKind.HEADING and cell.column == 0]
                around = terms_of(" ".join([lines, *stub]))
                others = _terms_of_rows(rows)
                for row in rows:
                    own = terms_of(row.label_path[-1])
                    path = frozenset[str]().union(*map(terms_of, row.label_path[:-1]))
                    for cell in self._in_currency(row):
                        if quantity_of(cell).value is None or quantity_of(cell).kind is Kind.RANGE:
                            continue
                        heads = frozenset[str]().union(*map(terms_of, cell.header_path))
                        if quantity_of(cell).kind is Kind.PERCENTAGE:
                            heads |= _PERCENT
                        places.append(_Place((key[0], cell.page), row, cell, own, path, heads, around, others))
        return places

    def _in_currency(self, row: FigureRow) -> Sequence[Cell]:
        """Return the figures of a row in the currency asked for, or without their translations."""
        figures = [cell for cell in row.figures if is_in_currency(quantity_of(cell).unit, self._currency)]
        if self._currency is not None:
            exact = [cell for cell in figures if quantity_of(cell).unit == self._currency]
            return exact or figures
        translated = list_translated([(_moment(cell), quantity_of(cell).unit) for cell in figures])
        return [cell for number, cell in enumerate(figures) if number not in translated]

    def _page_terms(self, key: PageKey) -> frozenset[str]:
        return _text_terms(self._texts.get(key, ""))

    def _fits(self, place: _Place, period: AskedPeriod) -> bool:
        table = place.row.table
        if id(table) not in self._year_ends:
            self._year_ends[id(table)] = find_year_end_month(table)
        headings = (*place.cell.header_path, *place.row.label_path)
        if any(len(set(find_years(heading))) > 1 for heading in headings):
            return False  # a column that compares two years
        wanted = WantedPeriods.of(period.label())
        if wanted.fits(place.cell.period, headings, year_end_month=self._year_ends[id(table)]):
            return True
        if period.day is not None:
            heading = " ".join(headings)
            lengths = {found.duration.months for found in find_durations(heading)}
            is_length = period.months is None or lengths == {period.months} or (period.months == _YEAR and not lengths)
            return place.cell.period is None and is_length and str(period.day.year) in find_years(heading)
        if period.part.startswith("Q"):
            ordinals = [
                found for heading in headings if (found := _ORDINAL_ONLY.fullmatch(heading.strip().rstrip(":")))
            ]
            years = {int(year) for heading in headings for year in find_years(heading)}
            is_quarter = any(parse_ordinal(found[1]) == int(period.part[1]) for found in ordinals)
            return is_quarter and (period.year is None or period.year in years)
        if period.part == "FY":  # a heading that names the year alone
            years = {int(year) for heading in headings for year in find_years(heading)}
            return years == {period.year} and not any(True for heading in headings for _ in find_quarters(heading))
        return False

    def _figure(self, scored: _Scored) -> Figure:
        place = scored.place
        quantity = quantity_of(place.cell)
        assert quantity.value is not None, "figures of rows have numbers"
        spans = place.cell.spans
        turned = _is_deduction(place)
        return Figure(
            value=-quantity.value if turned else quantity.value,
            turned=turned,
            kind=quantity.kind,
            unit=quantity.unit,
            scale=quantity.scale,
            label=_name(place),
            period=_period_name(place),
            key=place.key,
            span=(spans[0][0], spans[-1][1]),
            certainty=min(1.0, scored.covered),
            order=_order(place),
            row=place.row,
            cell=place.cell,
            of=place.cell.period,
        )

    def _nearest(self, scored: Sequence[_Scored]) -> tuple[Figure, ...]:
        return tuple(self._figure(each) for each in scored[:3])


def _is_balance_or_year(place: _Place) -> bool:
    period = place.cell.period
    return period is not None and (period.start is None or (period.end - period.start).days in _DAYS_OF_YEAR)


def _moment(cell: Cell) -> Hashable:
    """Return the period of a figure, or the years of its headings; None without any."""
    return cell.period or tuple(find_years(" ".join(cell.header_path))) or None


def _only(scored: Sequence[_Scored]) -> _Scored | None:
    """Return the best figure, if no other one is as good and has another amount."""
    best = scored[0]
    value = quantity_of(best.place.cell)
    for other in scored[1:]:
        quantity = quantity_of(other.place.cell)
        if (quantity.value, quantity.scale, quantity.kind) != (value.value, value.scale, value.kind):
            return None
    return best


def _weight(term: str, near: frozenset[str], around: frozenset[str], page: frozenset[str]) -> float:
    """Return how much a place of a word counts: in the row or its headings, around the table, or in the text."""
    if term in near:
        return 1.0
    if term in around:
        return _WEIGHT_ELSEWHERE
    return _WEIGHT_IN_TEXT if term in page else 0.0


def _is_deduction(place: _Place) -> bool:
    """Return whether a row shows expenses or payments in brackets: their amounts are positive, as in the taxonomy."""
    label = place.row.label_path[-1]
    if not _DEDUCTION.search(label) or _NO_DEDUCTION.search(label):
        return False
    values = [quantity_of(cell) for cell in place.row.figures]
    printed = [
        value.value for value in values if value.value is not None and value.kind in (Kind.AMOUNT, Kind.PER_SHARE)
    ]
    return bool(printed) and max(printed) <= 0


def _terms_of_rows(rows: Sequence[FigureRow]) -> frozenset[str]:
    """Return the terms of all labels and headings of a table."""
    texts = {text for row in rows for text in row.label_path}
    texts |= {heading for row in rows for cell in row.figures for heading in cell.header_path}
    return frozenset[str]().union(*map(terms_of, texts)) - FRAME


def _text_terms(text: str) -> frozenset[str]:
    return terms_of(text)


def _period_name(place: _Place) -> str:
    """Return the headings and labels that name the period of a figure."""
    named = [_stripped(text) for text in (*place.row.label_path, *place.cell.header_path) if is_period_heading(text)]
    return " ".join(dict.fromkeys(filter(None, named)))


def _name(place: _Place) -> str:
    """Return a row's label, with the headings that say more than a period or a unit."""
    more = [
        _stripped(text) for text in place.cell.header_path if not is_period_heading(text) and terms_of(text) - FRAME
    ]
    return ", ".join(dict.fromkeys([place.row.label, *more]))


def _stripped(text: str) -> str:
    return " ".join(text.split()).strip(" :,;")


def _order(place: _Place) -> tuple[int, ...]:
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


NUMBER_KINDS = frozenset({Kind.AMOUNT, Kind.NUMBER, Kind.SHARES, Kind.PER_SHARE, Kind.RATIO, Kind.NIL})

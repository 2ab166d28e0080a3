"""Find the figures of items in tables, by label, headings, title and period."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache, partial

from app.answers.claims import PageKey, PageTexts
from app.answers.computing.found import Figure, found_figure, name_of, words_of
from app.answers.computing.ledger_figures import other_names, sought_of
from app.answers.computing.parts import list_parts
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.schedules import asks_schedule, find_scheduled
from app.answers.computing.table_places import (
    FindSpan,
    Place,
    PlacesOfTable,
    can_be_of,
    fits,
    is_balance_or_year,
    is_deduction,
    is_in_span,
    list_places,
    name_of_place,
    period_name,
)
from app.answers.computing.terms import FRAME, OPERATIONS, SOFT, terms_of
from app.answers.writing.figures import find_year_end_month
from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.formulas.expressions import Label, Name
from app.facts.found import Found, NotFound
from app.facts.items.names import find_items
from app.facts.model import FiscalLabel, StatementKind
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Table
from app.tables.rows import quantity_of

_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][\w&]*|\b(?<!^)[A-Z][\w&]+")
_TOTAL = frozenset({"total"})
_CHANGE_TERMS = frozenset({"chang", "increas", "decreas", "growth", "varianc", "differ"})
_WEIGHT_ELSEWHERE = 0.7
_WEIGHT_IN_TEXT = 0.35
_LEAST_COVERED = 0.8
_LEAST_NEAR = 0.5
_OF_SCHEDULE = 0.9
_YEAR = 12  # months
_LEAST_OWN = 0.34
_ALIKE = 0.04
_MOST_NEAREST = 3
_KINDS_OF_PARTS = {
    "segment": re.compile(r"\b(?:segments?|divisions?|business units?)\b", re.IGNORECASE),
    "geography": re.compile(r"\b(?:geograph\w*|regions?|countr(?:y|ies))\b", re.IGNORECASE),
    "product": re.compile(r"\b(?:products?|services?|disaggregat\w*|categor(?:y|ies))\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class _Scored:
    place: Place
    score: float
    covered: float


class TableFigures:
    """The tables in which items are looked up. Implements `Source`.

    `texts` are their pages' texts: words of them support a match.
    With `names_in_rows`, a name in an item must be in the row, its headings, or the table's title: the page's other
    text may mention others than the issuer. Amounts are in the `currency`, or else in that of the issuer. `find_span`
    is the issuer's fiscal calendar, if it is known.
    """

    def __init__(
        self,
        tables: Mapping[PageKey, Sequence[Table]],
        texts: PageTexts,
        *,
        names_in_rows: bool = False,
        currency: str | None = None,
        find_span: FindSpan | None = None,
    ) -> None:
        self._tables = tables
        self._find_span = find_span
        self._texts = texts
        self._names_in_rows = names_in_rows
        self._currency = currency
        self._known: dict[tuple[str, float, StatementKind | None], Sequence[_Scored]] = {}

    def __len__(self) -> int:
        return sum(len(each.places) for each in self._places)

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find the figure of an item for a period."""
        words, name, asked = words_of(sought), name_of(sought), AskedPeriod.of(period)
        if dimensions:
            return self._find_part(words, name, dimensions, period)
        if asks_schedule(words) and asked.part == "FY" and asked.day is None and asked.year is not None:
            due = find_scheduled(words, asked.year, self._places, self._texts)
            if due is None:
                return _missing(f"no figure of {words} for {asked.text}")
            return found_figure(self._figure(_Scored(due, 1.0, _OF_SCHEDULE)), period, self._only_currency)
        found: Figure | NotFound = _missing(f"no figure of {words} for {asked.text}")
        if name is None:
            found = self._find(words, asked, period)
        if isinstance(found, NotFound):
            found = self._find_by_other_names(words, sought, asked, period) or found
        return found if isinstance(found, NotFound) else found_figure(found, period, self._only_currency)

    def _find_part(
        self, words: str, item: str | None, dimensions: Dimensions, period: FiscalSpan | Period
    ) -> Found | NotFound:
        """Find the only amount of a segment, region or product that rows with one of the item's names state."""
        members = " ".join(member for _, member in dimensions)
        asked, needed = AskedPeriod.of(period), terms_of(members)
        found: dict[tuple[Decimal, Kind], Figure] = {}
        for name in (words, *other_names(words, item)):
            figure = self._find(f"{members} {name}", asked, period)
            if isinstance(figure, Figure) and needed <= terms_of(figure.label):
                found.setdefault((figure.amount(), figure.kind), figure)
        if len(found) == 1:
            return found_figure(next(iter(found.values())), period, self._only_currency)
        return _missing(f"no figure of {words} for {members} for {asked.text}")

    def has_read(self, _statement: StatementKind | None, _period: FiscalSpan | Period) -> bool:
        """Return False: some tables of a document do not show what its statements lack."""
        return False

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days, if the issuer's calendar is known. A day has none: columns
        are compared with it.
        """
        return None if self._find_span is None or period.start is None else self._find_span(period)

    def latest(self, quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return the newest year of the headings."""
        year = self.latest_year(quarters)
        return None if year is None or quarters != QUARTERS_OF_YEAR else FiscalLabel(year)

    def latest_year(self, _quarters: int) -> int | None:
        """Return the newest year of the headings."""
        return max((each.latest for each in self._places if each.latest is not None), default=None)

    @cached_property
    def _only_currency(self) -> str | None:
        """The currency of all amounts, if it is the same."""
        quantities = (quantity_of(place.cell) for each in self._places for place in each.places)
        units = {quantity.unit for quantity in quantities if quantity.kind is Kind.AMOUNT} - {None}
        return next(iter(units)) if len(units) == 1 else None

    def _find_by_other_names(
        self, words: str, sought: Sought, period: AskedPeriod, span: FiscalSpan | Period
    ) -> Figure | None:
        """Find the only amount in rows that are labelled exactly as an item of the registry, or as other names of it.

        Words that the question does not have are not looked for loosely.
        """
        item = name_of(sought)
        statement = sought.statement or sought_of(Label(words)).statement
        figures: dict[tuple[Decimal, Kind], Figure] = {}
        for name in (*([words] if item is not None else []), *other_names(words, item)):
            hard = terms_of(name)
            for each in self._scored(name, statement=statement):
                if each.place.own == hard and self._fits(each.place, period, span):
                    figure = self._figure(each)
                    figures.setdefault((figure.amount(), figure.kind), figure)
        return next(iter(figures.values())) if len(figures) == 1 else None

    def _find(self, words: str, period: AskedPeriod, span: FiscalSpan | Period) -> Figure | NotFound:
        if not self._wanted(words):
            return _missing(f"“{words}” is not the name of a line item")
        scored = self._scored(words)
        best = max((each.score for each in scored), default=0.0)
        top = [each for each in scored if each.score >= best - _ALIKE]
        fitting = [each for each in top if self._fits(each.place, period, span)]
        if period.part == "FY":
            fitting = [each for each in fitting if is_balance_or_year(each.place)] or fitting
        if not fitting:
            return _missing(f"no figure of {words} for {period.text}")
        chosen = _only(sorted(fitting, key=lambda each: -each.score))
        return _missing(f"several figures of {words} for {period.text}") if chosen is None else self._figure(chosen)

    def has(self, item: Label) -> bool:
        """Return whether rows can be those of an item, in any period."""
        return any(self._scored(name) for name in (item.words, *other_names(item.words, None)))

    def series(self, words: str) -> Sequence[tuple[FiscalLabel | Period | None, Found]] | NotFound:
        """Find the figures of an item in all periods of its row, in the order of time."""
        figures = self._series(words)
        if isinstance(figures, NotFound):
            return figures
        return [(_when(figure), found_figure(figure, None, self._only_currency)) for figure in figures]

    def _series(self, words: str) -> list[Figure] | NotFound:
        scored = self._scored(words)
        best = max((each.score for each in scored), default=0.0)
        top = [each for each in scored if each.score >= best - _ALIKE]
        if not top:
            return _missing(f"no figure of {words}")
        if len(top) == 1:
            return [self._figure(top[0])]
        rows = {(id(each.place.row.table), each.place.cell.row) for each in top}
        columns = {(id(each.place.row.table), each.place.cell.column) for each in top}
        found = sorted((self._figure(each) for each in top), key=lambda figure: figure.order)
        orders = [figure.order for figure in found]
        if min(len(rows), len(columns)) > 1 or () in orders or len(set(orders)) < len(orders):
            return _missing(f"several figures of {words}")
        return found

    def _scored(
        self, words: str, *, least: float = _LEAST_COVERED, statement: StatementKind | None = None
    ) -> Sequence[_Scored]:
        """Return the figures that fit the words. A question looks the same words up for several periods."""
        key = words, least, statement
        if key not in self._known:
            self._known[key] = self._score(words, least, statement)
        return self._known[key]

    def _score(self, words: str, least: float, statement: StatementKind | None) -> list[_Scored]:
        statement = statement or sought_of(Label(words)).statement
        wanted = self._wanted(words)
        hard = wanted - SOFT or wanted
        if not hard:
            return []
        items = frozenset(find_items(words))
        is_change = not wanted.isdisjoint(_CHANGE_TERMS)
        names = terms_of(" ".join(_NAME.findall(words))) & hard
        operations = hard & OPERATIONS
        scored = []
        for place in (place for each in self._places for place in each.with_any(hard)):
            near = place.near
            if (place.is_change and not is_change) or not operations <= near:
                continue
            if not can_be_of(place, statement) or _is_other_item(place.row.label, items):
                continue
            if not (hard - near - place.around - _TOTAL).isdisjoint(place.others):
                continue  # another row or column has this word
            page = self._page_terms(place.key)
            away = names - near - place.around
            if away and (self._names_in_rows or not away <= page):
                continue
            weight = sum(_weight(term, near, place.around | away, page) for term in hard)
            covered = weight / len(hard)
            own = place.own or place.path or place.heads  # a row that is labelled by its period only
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
            if covered >= least and (precision >= _LEAST_OWN or not place.heads.isdisjoint(hard)):
                scored.append(_Scored(place, score, covered))
        return scored

    def _wanted(self, words: str) -> frozenset[str]:
        return terms_of(words)

    @cached_property
    def _places(self) -> Sequence[PlacesOfTable]:
        return list_places(self._tables, self._currency)

    def _page_terms(self, key: PageKey) -> frozenset[str]:
        return _text_terms(self._texts.get(key, ""))

    def _fits(self, place: Place, period: AskedPeriod, span: FiscalSpan | Period) -> bool:
        known = None if self._find_span is None else is_in_span(place, span, self._find_span)
        if known is not None:
            return known
        table = place.row.table
        month = table.once(find_year_end_month.__name__, partial(find_year_end_month, table))
        return fits(place, period, year_end_month=month)

    def _figure(self, scored: _Scored) -> Figure:
        place = scored.place
        quantity = quantity_of(place.cell)
        assert quantity.value is not None, "figures of rows have numbers"
        spans = place.cell.spans
        turned = is_deduction(place)
        return Figure(
            value=-quantity.value if turned else quantity.value,
            turned=turned,
            kind=quantity.kind,
            unit=quantity.unit,
            scale=quantity.scale,
            label=name_of_place(place),
            period=period_name(place),
            key=place.key,
            span=(spans[0][0], spans[-1][1]),
            certainty=min(1.0, scored.covered),
            order=place.order,
            row=place.row,
            cell=place.cell,
            of=place.cell.period,
        )

    def members(self, item: Label | Name, axis: str, when: FiscalLabel | Period) -> Sequence[tuple[str, str]]:
        """Return the parts under a heading with the item's name, in the only table about parts of this kind."""
        words = words_of(sought_of(item)) if isinstance(item, Name) else item.words
        names = {words.lower(), *other_names(words, item.name if isinstance(item, Name) else None)}
        asked = AskedPeriod.of(when)
        span = FiscalSpan.of(when) if isinstance(when, FiscalLabel) else when
        tables: dict[tuple[PageKey, int], dict[tuple[str, str], Decimal]] = {}
        for place in (place for each in self._places for place in each.places):
            path, table = place.row.label_path, place.row.table
            lines = " ".join(filter(None, (table.title, table.caption, *table.lines_above)))
            is_group = len(path) > 1 and path[-2].strip(" :").lower() in names
            if is_group and _KINDS_OF_PARTS[axis].search(lines) and self._fits(place, asked, span):
                amount = quantity_of(place.cell).value or Decimal(0)
                tables.setdefault((place.key, table.number), {})["", path[-1].strip(" :")] = amount
        return list_parts(next(iter(tables.values())), names) if len(tables) == 1 else ()

    def nearest(self, words: str) -> Sequence[Figure]:
        """Return the figures that come nearest to an item, of any period."""
        scored = sorted(self._scored(words, least=_LEAST_NEAR), key=lambda each: -each.score)
        return tuple(self._figure(each) for each in scored[:_MOST_NEAREST])


@lru_cache(maxsize=1 << 14)
def _items_of(label: str) -> frozenset[str]:
    return frozenset(find_items(label))


def _is_other_item(label: str, items: frozenset[str]) -> bool:
    """Return whether a row is labelled as another standard item than what is sought: "Net income" under a heading with
    the words of operating income.
    """
    named = _items_of(label)
    return bool(items) and bool(named) and items.isdisjoint(named)


def _missing(reason: str) -> NotFound:
    return NotFound("not-read", reason)


def _when(figure: Figure) -> FiscalLabel | Period | None:
    """Return the period of a figure: by the year and quarter of its headings, or else by its days."""
    if len(figure.order) > 1:
        year, quarter = figure.order
        return FiscalLabel(year, "FY" if quarter > QUARTERS_OF_YEAR else f"Q{quarter}")
    return figure.of


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


def _text_terms(text: str) -> frozenset[str]:
    return terms_of(text)

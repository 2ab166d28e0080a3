"""Figures that are found for the items of a request, and how formulas take them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.answers.claims import PageKey
from app.facts.fiscal import FiscalSpan
from app.facts.found import Found, Part
from app.facts.items.standard import load_items
from app.facts.model import Fact, FactSource, Measure, Method, Place, StoredFact
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell
from app.tables.rows import FigureRow

_MEASURES = {
    Kind.AMOUNT: Measure.MONEY,
    Kind.PERCENTAGE: Measure.PERCENT,
    Kind.PERCENTAGE_POINTS: Measure.PERCENT,
    Kind.BASIS_POINTS: Measure.PERCENT,
    Kind.RATIO: Measure.RATIO,
    Kind.PER_SHARE: Measure.PER_SHARE,
    Kind.SHARES: Measure.SHARES,
}
_FRACTIONS = {Kind.PERCENTAGE: -2, Kind.PERCENTAGE_POINTS: -2, Kind.BASIS_POINTS: -4}
_KINDS = {
    Measure.MONEY: Kind.AMOUNT,
    Measure.SHARES: Kind.SHARES,
    Measure.PER_SHARE: Kind.PER_SHARE,
    Measure.PERCENT: Kind.PERCENTAGE,
    Measure.RATIO: Kind.RATIO,
    Measure.NUMBER: Kind.NUMBER,
}
_SCALED = frozenset({Kind.AMOUNT, Kind.SHARES, Kind.NUMBER})
_UNKNOWN = Period(date.min)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the place that shows it: a cell of a table (`row` and `cell`), or a part of a page's text.

    `value` is as printed, with its sign; the amount is `value` × 10^`scale` (`scale` is None if nobody states it).
    `unit` is as in `Quantity`. `period` names its period as the document does. `order` puts the figures of one series
    in the order of time. `certainty` is from 0 to 1. `sentence` is the place of the sentence around a figure in prose.
    `turned` states that `value` has the other sign than printed: expenses and payments are positive.
    """

    value: Decimal
    kind: Kind
    unit: str | None
    scale: int | None
    label: str
    period: str
    key: PageKey
    span: tuple[int, int]
    certainty: float
    order: tuple[int, ...] = ()
    row: FigureRow | None = None
    cell: Cell | None = None
    of: Period | None = None
    sentence: tuple[int, int] | None = None
    turned: bool = False

    def amount(self) -> Decimal:
        """Return the whole amount; an unknown scale counts as 0."""
        return self.value.scaleb(self.scale or 0)

    def half_unit(self) -> Decimal:
        """Return half a unit of the last printed digit, as facts have amounts."""
        last = int(self.value.as_tuple().exponent) + (self.scale or 0) + _FRACTIONS.get(self.kind, 0)
        return Decimal(5).scaleb(last - 1)

    def value_in_formulas(self) -> Decimal:
        """Return the amount as facts have it: a percentage is a fraction."""
        return self.amount().scaleb(_FRACTIONS.get(self.kind, 0))


@dataclass(frozen=True, slots=True)
class CellFact(StoredFact):
    """A figure of a table or a sentence that was found for a question, as a fact that is not in the ledger."""

    figure: Figure | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a request has no value: a sentence, and the nearest figures that were found.

    `found` are the figures of its other items. `is_final` states that all figures are known and give no value.
    """

    item: str
    reason: str
    nearest: tuple[Figure, ...] = ()
    is_final: bool = False
    found: tuple[Figure, ...] = ()


def words_of(sought: Sought, dimensions: Dimensions = ()) -> str:
    """Return the words by which an item is looked for in tables and sentences."""
    is_label = sought.names[:1] == sought.labels[:1] and sought.names
    words = sought.names[0] if is_label else sought.title
    return " ".join([*(member for _, member in dimensions), words])


def name_of(sought: Sought) -> str | None:
    """Return the standard item that is sought; None for a row by its words."""
    name = sought.names[0] if sought.names else ""
    return name if name in load_items() else None


def found_figure(figure: Figure, span: FiscalSpan | Period | None, currency: str | None) -> Found:
    """Return a figure of a table or a sentence as formulas take it. `currency` is for an amount that has none."""
    unit = figure.unit if figure.kind in (Kind.AMOUNT, Kind.PER_SHARE) else None
    is_assumed = figure.kind is Kind.AMOUNT and unit is None and currency is not None
    measure = _MEASURES.get(figure.kind, Measure.NUMBER)
    table = None if figure.row is None else figure.row.table.number
    fact = Fact(
        label=figure.label,
        label_path=(figure.label,),
        period=figure.of or _UNKNOWN,
        value=figure.value_in_formulas(),
        measure=measure,
        scale=figure.scale,
        currency=currency if is_assumed else unit,
        method=Method.TABLE,
        place=Place(figure.key[1], *figure.span, table),
        confidence=figure.certainty,
    )
    version = figure.key[0]
    stored = CellFact(fact, 0, FactSource(version, version, "", "", "", None, None), figure=figure)
    fiscal = span if isinstance(span, FiscalSpan) else None
    is_unscaled = figure.scale is None and figure.kind in _SCALED
    return Found(
        value=fact.value,
        measure=measure,
        currency=fact.currency,
        unscaled=(version, table) if is_unscaled else None,
        span=fiscal,
        parts=(Part(1, stored, fiscal),),
        is_nil=figure.kind is Kind.NIL,
        is_currency_assumed=is_assumed,
    )


def figure_of(part: Part, *, is_turned: bool = False) -> Figure:
    """Return the figure of a fact, without its cell. `is_turned` states that its sign does not count."""
    fact, source = part.stored.fact, part.stored.source
    if isinstance(part.stored, CellFact) and part.stored.figure is not None:
        return part.stored.figure
    value = fact.value.scaleb(2 if fact.measure is Measure.PERCENT else -(fact.scale or 0))
    return Figure(
        value=-value if is_turned else value,
        kind=_KINDS[fact.measure],
        unit=fact.currency if fact.measure in (Measure.MONEY, Measure.PER_SHARE) else None,
        scale=0 if fact.measure is Measure.PERCENT else fact.scale,
        label=fact.label,
        period=str(part.span) if part.span is not None else str(fact.period),
        key=(source.version_id, fact.place.page),
        span=(fact.place.char_start, fact.place.char_end),
        certainty=fact.confidence,
        order=(fact.period.end.toordinal(),),
        of=fact.period,
    )

"""Types the figures of a table: their own text first, then the headings, the labels, the table and the document.

Each of currency, scale and measure comes from the nearest place that states it. What nobody states stays unknown.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.quantities.sides import find_negative_side, may_have_side
from app.quantities.styles import NumberStyle, decide_style
from app.quantities.units import Units, parse_units
from app.quantities.values import Kind, Quantity, parse_value
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.layout import Layout
from workers.extraction.tables.rows import Role
from workers.extraction.tables.stated import DocumentUnits
from workers.extraction.tables.units import find_scales_of, scale_of, units_of

_UNIT_OF = {
    Kind.PERCENTAGE: "%",
    Kind.PERCENTAGE_POINTS: "points",
    Kind.BASIS_POINTS: "bps",
    Kind.RATIO: "x",
}
_DOLLARS = frozenset(["USD", "CAD", "AUD", "HKD", "SGD", "NZD", "TWD", "BRL", "MXN", "BZD", "JMD", "TTD", "NAD"])
"""The currencies that are written with "$"."""
_LARGE_PER_SHARE = 100
"""A whole number from here on is no amount per share, unless its own label says "per share"."""
_MOST_SHARES = Decimal(10) ** 12
_MOST_MONEY = Decimal(10) ** 13
"""Above these amounts, a scale that the table states is that of other figures. Small currencies have no limit."""
_SMALL_CURRENCIES = frozenset(
    ["JPY", "KRW", "IDR", "VND", "INR", "HUF", "CLP", "COP", "ISK", "RUB", "PHP", "THB", "TWD"]
)
_MOST_PERCENT = 100
_LARGE = 100_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_FEW_YEARS = 2
_OF_YEARS = re.compile(
    r"\b(?:matur\w*|due|expir\w*|terminat\w*|years?|vintage|since|built|opened|acquired|founded|established|completion"
    r"|commenced?|start|in-service)\b",
    re.IGNORECASE,
)
"""Headings of columns whose figures can be years."""
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_SAYS_PER = re.compile(r"\bper\b|/", re.IGNORECASE)
_OF_SHARES = re.compile(
    r"\banti-?dilutive\b|\bpotentially dilutive\b|\bshares\b[^.(]{0,60}\(in (?:thousands|millions)[^)]*\)\W*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\W*(?:quantity|(?:total |average )?(?:number|no\.) of|count|headcount)\b", re.IGNORECASE)
_THINGS = re.compile(
    r"(?:[\w&'’/.-]+ ){0,5}?(?:subscribers|connections|employees|associates|stores|restaurants|branches|deliveries"
    r"|vehicles|aircraft|rooms|beds|net additions)(?: \((?:in )?(?:thousands|000s|units)\))?\W*",
    re.IGNORECASE,
)
"""Labels of rows that count things, unless they, their groups or their headings speak of money."""
_OF_MONEY = re.compile(
    r"[$€£]|\b(?:sales|revenues?|income|profits?|earnings|margins?|expenses?|costs?|cash|assets?|values?|prices?|due"
    r"|pay\w*|receivables?|loans?|deposits?|advances?|amounts?|investments?|taxes|compensation|benefits?)\b",
    re.IGNORECASE,
)
_MOST_STUBS = 8

Path = tuple[str, ...]


@dataclass(slots=True)
class _Column:
    """What the figures of one column, in one section, say themselves."""

    has_money: bool = False
    first: Kind | None = None
    last: Kind | None = None
    largest: Decimal = Decimal(0)
    all_decimals: bool = True
    is_per_share: bool = True
    years: int = 0
    others: int = 0

    def add(self, own: Quantity) -> None:
        """Add a figure's own value."""
        is_year = own.kind is Kind.AMOUNT and own.unit is None and own.scale is None and _is_year(own.value)
        self.years, self.others = self.years + is_year, self.others + (not is_year)
        self.has_money = self.has_money or (own.unit is not None and own.kind is Kind.AMOUNT)
        self.first, self.last = self.first or own.kind, own.kind
        self.is_per_share = self.is_per_share and own.value is not None and _decimals(own.value) > 1
        if own.kind is Kind.AMOUNT and own.unit is None and own.value is not None:
            self.largest = max(self.largest, abs(own.value))
            self.all_decimals = self.all_decimals and _decimals(own.value) > 0

    def has_years(self, heading: str) -> bool:
        """Return whether the figures are bare years: the heading asks for years, or there are several of them."""
        return self.years > 0 and not self.others and (self.years > _FEW_YEARS or _OF_YEARS.search(heading) is not None)

    def is_percent(self, *, has_scale: bool) -> bool:
        """Return whether the sign "%" is printed only at the first figure, or at the first and the last one, and holds
        for all between. `has_scale` states that the table states a scale.
        """
        if self.has_money or self.first is not Kind.PERCENTAGE:
            return False
        small = self.all_decimals and self.largest < _MOST_PERCENT
        return self.last is Kind.PERCENTAGE or (small and not has_scale)


class TableValues:
    """The values of one table's figures. `lines` are the title and the lines above it, the nearest last. `style` is
    the document's number style.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        title: str | None,
        lines: Sequence[str],
        part: Units,
        document: DocumentUnits,
        style: NumberStyle,
    ) -> None:
        self._layout = layout
        self._lines = tuple(lines)
        self._outer = part.within(document.units)
        self._dollar = document.dollar
        self._measure = _measure_of_table(title, lines)
        self._is_per_share = title is not None and parse_units(title).measure is Kind.PER_SHARE
        self._style = _decide_style(layout, style)
        self._paths: dict[Path, Units] = {}
        self._near: dict[int | None, Units] = {}
        self._columns: dict[tuple[int | None, int], _Column] = {}
        self._scales_of = find_scales_of((*lines, *(stub.text for stub in layout.headings.first_stubs())))
        self._read_columns()

    def of(self, row: int, band: int, text: str, headings: Path, labels: Path) -> Quantity:
        """Return the value of the figure `text` under its headings and beside its labels."""
        own = self._own(row, band, text, headings, labels)
        if own.kind not in (Kind.AMOUNT, Kind.RANGE, Kind.SHARES, Kind.PER_SHARE):
            return own
        section = self._layout.headings.section(row)
        column, label, near = self._of_path(headings), self._of_path(labels), self._near_units(section, row)
        figures = self._columns[section, band]
        measure = self._measure_of(own, figures, column, label, near, headings, labels)
        is_count = measure is Kind.SHARES
        named = scale_of(self._scales_of, (*headings, *labels), of_shares=is_count) if self._scales_of else None
        kind = own.kind if own.kind is Kind.RANGE or measure is None else measure
        if measure in _UNIT_OF:
            return Quantity(kind, own.value, _UNIT_OF[measure], 0, own.high)
        if measure is Kind.NUMBER:
            of_lines = near.scale if near.measure is Kind.NUMBER else self._scale_of_things(row)
            scale = _first(own.scale, column.scale, label.scale, named, of_lines, 0)
            return Quantity(kind, own.value, None, scale, own.high)
        if measure is Kind.SHARES:
            scale = self._share_scale(own, column, label, named, near)
            return Quantity(kind, own.value, "shares", scale, own.high)
        unit = _currency(own.unit, (column, label, near, self._outer), self._dollar)
        if measure is Kind.PER_SHARE:
            cents = next((units.scale for units in (column, label) if units.scale is not None and units.scale < 0), 0)
            return Quantity(kind, own.value, unit, _first(own.scale, cents), own.high)
        scale = _first(own.scale, column.scale, label.scale, named, near.scale, self._outer.scale)
        if own.unit is None and own.scale is None and scale and unit not in _SMALL_CURRENCIES:
            scale = None if figures.largest.scaleb(scale) > _MOST_MONEY else scale
        return Quantity(own.kind, own.value, unit, scale, own.high)

    def _own(self, row: int, band: int, text: str, headings: Path, labels: Path) -> Quantity:
        """Return what a figure says itself. "CR" is a sign if a heading, a label or a line above says so."""
        if _BARE_YEAR.fullmatch(text):
            figures = self._columns[self._layout.headings.section(row), band]
            if figures.has_years(headings[-1] if headings else ""):
                return Quantity(Kind.PERIOD)
        side = None
        if may_have_side(text):
            side = find_negative_side((*reversed(headings), *reversed(labels), *reversed(self._lines)))
        return parse_value(text, self._style, negative_side=side)

    def _measure_of(
        self,
        own: Quantity,
        figures: _Column,
        column: Units,
        label: Units,
        near: Units,
        headings: Path,
        labels: Path,
    ) -> Kind | None:
        """Return what a figure measures. A figure with a currency sign is an amount, perhaps one per share."""
        if own.kind in (Kind.SHARES, Kind.PER_SHARE):
            return own.kind
        of_column, of_label = column.measure, label.measure
        if of_column is Kind.SHARES and figures.has_money:
            of_column = None
        if of_label is Kind.PER_SHARE and not _can_be_per_share(own, labels):
            of_label = None
        is_small = own.value is not None and _decimals(own.value) > 1
        if of_column is of_label is None and self._is_per_share and figures.is_per_share and is_small:
            return Kind.PER_SHARE
        if own.unit is not None:
            return Kind.PER_SHARE if Kind.PER_SHARE in (of_column, of_label) else None
        if figures.is_percent(has_scale=near.scale is not None):
            return of_column or of_label or Kind.PERCENTAGE
        is_counted = any(map(_COUNTED.search, (*headings[-1:], *labels)))
        if of_column is of_label is None and (
            is_counted or (not figures.has_money and _counts_things(headings, labels))
        ):
            return Kind.NUMBER
        return of_column or of_label or (None if figures.has_money else near.measure or self._measure)

    def _scale_of_things(self, row: int) -> int | None:
        """Return the scale that the table itself states without a currency: "(in 000s)"."""
        stubs = [stub.text for stub in self._layout.headings.stubs(row)[-_MOST_STUBS:]]
        units = units_of(stubs)
        return units.scale if units.currency is None and not any(map(_OF_MONEY.search, stubs)) else None

    def _share_scale(self, own: Quantity, column: Units, label: Units, named: int | None, near: Units) -> int | None:
        scale = _first(own.scale, column.share_scale, column.scale, label.share_scale, label.scale, named)
        if scale is None:
            scale = near.share_scale
        has_decimals = own.value is not None and own.value != own.value.to_integral_value()
        if scale is None and (has_decimals or self._outer.share_scale == 0):
            scale = self._outer.share_scale  # a count with decimals is a multiple
        if scale is not None and own.value is not None and abs(own.value).scaleb(scale) > _MOST_SHARES:
            return None
        return scale

    def _of_path(self, path: Path) -> Units:
        units = self._paths.get(path)
        if units is None:
            units = self._paths[path] = units_of(path)
        return units

    def _near_units(self, section: int | None, row: int) -> Units:
        """Return the units that the stubs of a section and the lines above the table state."""
        units = self._near.get(section)
        if units is None:
            stubs = [stub.text for stub in self._layout.headings.stubs(row)[-_MOST_STUBS:]]
            measure = _measure_of_units(units_of(stubs)) or _measure_of_units(units_of(self._lines[-1:]))
            units = replace(units_of((*self._lines, *stubs)), measure=measure)
            if units_of(stubs).measure is Kind.SHARES and units_of(stubs).share_scale is None:
                units = replace(units, share_scale=0)  # "(Number of shares)"
            self._near[section] = units
        return units

    def _read_columns(self) -> None:
        for row in self._layout.rows:
            if row.role is not Role.VALUES:
                continue
            section = self._layout.headings.section(row.number)
            for cell in row.data:
                self._read_figure(section, row.number, cell)

    def _read_figure(self, section: int | None, row: int, cell: TextCell) -> None:
        band = self._layout.bands.best(cell)
        if band is None:
            return
        column = self._columns.setdefault((section, band), _Column())
        own = parse_value(cell.text, self._style)
        if own.kind in (Kind.TEXT, Kind.NIL, Kind.NOT_MEANINGFUL, Kind.DATE, Kind.PERIOD):
            return
        is_plain = own.unit is None and own.value is not None and abs(own.value) < _LARGE
        # Amounts per share and large numbers of shares say nothing about the other figures of their column.
        if is_plain or self._of_path(self._layout.labels.path(row, band)).measure is None:
            column.add(own)


def _counts_things(headings: Path, labels: Path) -> bool:
    """Return whether a row counts things ("Mobile subscribers"), and no text beside its figures speaks of money."""
    is_counted = bool(labels) and _THINGS.fullmatch(labels[-1].strip()) is not None
    return is_counted and not any(map(_OF_MONEY.search, (*headings, *labels)))


def _measure_of_units(units: Units) -> Kind | None:
    """Return what figures are by a statement of units: shares, if it states units of shares only."""
    if units.scale is None and units.currency is None and units.share_scale is not None:
        return Kind.SHARES
    return units.measure if units.measure in (Kind.SHARES, Kind.PERCENTAGE, Kind.NUMBER) else None


def _measure_of_table(title: str | None, lines: Sequence[str]) -> Kind | None:
    """Return what all figures of a table are that say nothing else: shares, if its title or introduction says so."""
    if title is not None and parse_units(title).measure is Kind.SHARES:
        return Kind.SHARES
    return Kind.SHARES if lines and _OF_SHARES.search(lines[-1]) else None


def _decide_style(layout: Layout, document: NumberStyle) -> NumberStyle:
    figures = (cell.text for row in layout.rows for cell in row.data if cell.form is Form.FIGURE)
    return decide_style(figures, document)


def _can_be_per_share(own: Quantity, labels: Path) -> bool:
    """Return whether a figure can be an amount per share, as its labels say.

    In a group ("Basic EPS"), there are also the amounts and the shares that are divided: they are whole numbers.
    """
    value = own.value
    if value is None or _decimals(value):
        return True
    return parse_units(labels[-1]).measure is Kind.PER_SHARE and (
        abs(value) < _LARGE_PER_SHARE or ("$" not in labels[-1] and _SAYS_PER.search(labels[-1]) is not None)
    )


def _is_year(value: Decimal | None) -> bool:
    return value is not None and _FIRST_YEAR <= value <= _LAST_YEAR and value == value.to_integral_value()


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _first(*scales: int | None) -> int | None:
    for scale in scales:
        if scale is not None:
            return scale
    return None


def _currency(own: str | None, places: Iterable[Units], dollar: str) -> str | None:
    """Return the currency: the figure's own, else that of the nearest place. "$" means the dollar that the next place
    names, else the document's.
    """
    found = own
    for units in places:
        if found not in (None, "$"):
            return found
        if found is None or units.currency in _DOLLARS:
            found = units.currency
    return dollar if found == "$" else found

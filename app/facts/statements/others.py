"""Tables of segments, products, countries, debt and shares: their figures as facts with dimensions."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.facts.items.names import find_items, find_names
from app.facts.items.standard import load_items
from app.facts.model import StatementKind
from app.facts.statements.cells import scale_of, scaled
from app.facts.statements.rows import Row, list_rows
from app.facts.statements.sums import Addend, find_sums
from app.facts.statements.titles import read_title
from app.facts.statements.whole import WholeFigures, is_total
from app.quantities.column_periods import is_change_heading, is_period_heading
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import CellKind, Table
from app.tables.rows import quantity_of

Dimensions = tuple[tuple[str, str], ...]

_NEAREST = 3
_FEWEST_ROWS, _FEWEST_COLUMNS = 2, 2
_MOST_LINE = 600
_MOST_TOTAL = 200
_REVENUE = "Revenue"
_BY = re.compile(
    r"\b(?:(?:revenues?|sales)\s+(?:\S+\s+){0,4}by\b|segments?|reporting\s+units?|geograph\w*|regions?|countr(?:y|ies)|disaggregat\w*|product\s+(?:lines?|categor\w+|groups?)"
    r"|by\s+(?:major\s+)?(?:products?|services?|source|type|categor\w+|channels?|brands?|customers?|end\s+markets?|divisions?)"
    r"|business\s+(?:lines?|units?)|lines?\s+of\s+business|operating\s+units?)\b",
    re.IGNORECASE,
)
_OF_SEGMENTS = re.compile(
    r"\b(?:revenues?|sales|income|profit|earnings|assets|goodwill|property|expenditures?|depreciation|results|information|data|ebitda|margin)\b",
    re.IGNORECASE,
)
_AXES = (
    ("geography", re.compile(r"\b(?:geograph\w*|regions?|countr(?:y|ies))\b", re.IGNORECASE)),
    ("segment", re.compile(r"\b(?:segments?|divisions?|operating\s+units?|business\s+units?)\b", re.IGNORECASE)),
    (
        "product",
        re.compile(
            r"\b(?:products?|services?|source|type|categor\w+|brands?|disaggregat\w*|channels?)\b", re.IGNORECASE
        ),
    ),
)
_DEBT = re.compile(
    r"\b(?:long[\s-]term\s+debt|total\s+debt|(?:carrying|fair)\s+values?\s+of\s+(?:\S+\s+){0,3}debt|debt\W*$"
    r"|debt\s+(?:obligations?|outstanding|maturit\w+|(?:\S+\s+){0,4}consist\w*|instruments?)"
    r"|maturit\w+\s+of\s+(?:long[\s-]term\s+)?(?:debt|borrowings)|borrowings|notes\s+payable|senior\s+notes|indebtedness"
    r"|principal\s+payments|credit\s+facilit\w+)\b",
    re.IGNORECASE,
)
_DEBT_ROW = re.compile(
    r"\b(?:notes?|debt|loans?|debentures?|borrowings|facilit\w+|bonds?|revolv\w+|commercial\s+paper|leases?|thereafter"
    r"|20\d\d|total|discounts?|issuance\s+costs)\b",
    re.IGNORECASE,
)
_SHARES = re.compile(
    r"\b(?:shares?\s+(?:outstanding|issued|repurchased)|(?:earnings|income|loss)\W+(?:\S+\s+){0,3}per\s+(?:\S+\s+)?share"
    r"|weighted[\s-]average\s+(?:\S+\s+){0,3}shares)\b",
    re.IGNORECASE,
)
_SHARES_ROW = re.compile(r"\bshares?\b|\bper\s+(?:\S+\s+)?share\b|\bbasic\b|\bdiluted\b|\bnumerator\b", re.IGNORECASE)
_YEAR = re.compile(
    r"\W*(?:fiscal\s+)?(?:years?\s+(?:ending|ended)\s+)?(?:(20\d\d)|thereafter|after\s+20\d\d)\b.*", re.IGNORECASE
)
_ASIDE = re.compile(r"\([^()]{0,60}\)")
_CHANGES = re.compile(r"\bpercent\w*\b|\bchanges?\b|\bgrowth\b|\bincrease\b")
_DECIMALS = 2
_INSTRUMENT = re.compile(
    r"\b(?:notes?|bonds?|loans?|debentures?|facilit\w+|revolv\w+|commercial\s+paper|borrowings|mortgages?|securitization"
    r"|leases?|term\s+loan\s+\w|due\s+(?:\w+\s+){0,2}20\d\d)\b|\d\s?%",
    re.IGNORECASE,
)
_NO_INSTRUMENT = re.compile(
    r"\b(?:totals?|less|current\s+(?:portion|maturities)|discounts?|issuance\s+costs?|premiums?|net\s+of|fair\s+value|average"
    r"|excluding|interest\s+rate|weighted)\b",
    re.IGNORECASE,
)
_AMOUNTS = re.compile(
    r"\b(?:income|loss(?:es)?|earnings|profits?|expenses?|costs?|assets|liabilities|amortization|depreciation|ebitda|ebit|oibda"
    r"|margin|expenditures|additions|compensation|charges?|impairments?|provision|taxes|interest|goodwill|deductions?)"
    r"(?:\W+(?:net|before\b.*|and\s+other|from\b.*))?\W*$",
    re.IGNORECASE,
)
"""Labels that name an amount, not a segment, product or country."""
_HEADING = re.compile(
    r"^(?:less|add|plus|reconciling\s+items?|reconciliation|adjustments?|supplemental|other\s+(?:segment\s+)?(?:information|items?)"
    r"|supplemental\s+information|(?:\S+\s+){0,2}by|operating\s+expenses|borrowings|current|non-?current)\W*$",
    re.IGNORECASE,
)
"""Labels that introduce a group of rows and are not members."""
_MOVEMENTS = re.compile(r"\bchanges?\s+in\b|\broll-?\s?forward\b|\bactivit(?:y|ies)\b", re.IGNORECASE)
NO_DEBT = re.compile(
    r"\b(?:capacit\w+|fair|commit\w+|unamorti\w+|available|limits?|rates?|adjustments?|letters?\s+of\s+credit|payments?"
    r"|borrowings|maturit\w+|used|interest)\b",
    re.IGNORECASE,
)
"""Headings of columns in tables of debt that show no amount owed."""
_REST = re.compile(
    r"\b(?:net|consolidated|company|reported|by|total|worldwide|reportable|segments?)\b|\W", re.IGNORECASE
)
MEASURES = frozenset(
    {
        "Revenue",
        "OperatingIncomeLoss",
        "GrossProfit",
        "CostOfGoodsAndServicesSold",
        "Assets",
        "CapitalExpenses",
        "DepreciationAmortizationCF",
        "DepreciationExpense",
        "NetIncome",
        "PretaxIncomeLoss",
        "EquityMethodInvestmentIncome",
        "NonInterestIncome",
        "TotalOperatingExpenses",
        "GeneralAndAdministrativeExpenses",
        "InterestExpense",
        "ResearchAndDevelopmentExpenses",
        "SellingGeneralAndAdminExpenses",
        "PlantPropertyEquipmentNet",
        "Goodwill",
    }
)
"""Items that segments, products and countries are measured by."""


@dataclass(frozen=True, slots=True)
class Other:
    """A table of figures that are parts of the statements' ones. `axis` says what its rows stand for, and `column_axis`
    what its columns do.

    `item` is the standard item that the lines above name for the whole table, or None.
    """

    kind: StatementKind
    table: Table
    rows: tuple[Row, ...]
    axis: str
    column_axis: str
    item: str | None
    stated: frozenset[str]
    """The labels of rows with figures, which are no names of groups."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a row of such a table is: a standard item, or None, and the members that its labels name."""

    item: str | None
    dimensions: Dimensions


def find_others(tables: Sequence[Table], taken: frozenset[int], whole: WholeFigures) -> Iterator[Other]:
    """Yield the tables of segments, debt and shares among those that are no statements, in order.

    A table whose total is the group's revenue shows its parts, whatever the lines above it say.
    """
    for table in tables:
        if table.number in taken or table.columns < _FEWEST_COLUMNS:
            continue
        lines = [*table.lines_above[-_NEAREST:][::-1], *filter(None, (table.caption, table.title))]
        lines = [line[-_MOST_LINE:] for line in lines]
        kind = _kind_of(lines)
        if any(map(read_title, lines)) or (kind is None and not _may_total(table)):
            continue
        rows = [row for row in list_rows(table) if row.figures]
        if len(rows) < _FEWEST_ROWS or (kind is not None and not _is_of(kind, rows)):
            continue
        stated = frozenset(row.label.strip().rstrip(":").strip() for row in rows)
        axis, column_axis = _axes_of(lines)
        item = None if kind is None else _item_of(lines)
        other = Other(kind or StatementKind.SEGMENTS, table, tuple(rows), axis, column_axis, item, stated)
        if kind is not None or item_of_totals(other, whole) == _REVENUE:
            yield other


def _may_total(table: Table) -> bool:
    """Return whether a table has a row or column of totals."""
    return any(cell.kind is not CellKind.FIGURE and is_total(cell.text[:_MOST_TOTAL]) for cell in table.cells)


def _kind_of(lines: Sequence[str]) -> StatementKind | None:
    for line in lines:
        if _BY.search(line) and _OF_SEGMENTS.search(line) and not _MOVEMENTS.search(line):
            return StatementKind.SEGMENTS
        if _DEBT.search(line):
            return StatementKind.DEBT
        if _SHARES.search(line):
            return StatementKind.SHARES
    return None


def _is_of(kind: StatementKind, rows: Sequence[Row]) -> bool:
    """Return whether the rows are such as a table of this kind has."""
    if kind is StatementKind.SEGMENTS:
        return True
    pattern = _DEBT_ROW if kind is StatementKind.DEBT else _SHARES_ROW
    return 2 * sum(pattern.search(" ".join(row.label_path)) is not None for row in rows) >= len(rows)


def _axes_of(lines: Sequence[str]) -> tuple[str, str]:
    """Return what the rows and what the columns stand for. Of two axes, the columns are the segments'."""
    for line in lines:
        found = [axis for axis, pattern in _AXES if pattern.search(line)]
        if len(found) > 1 and "segment" in found:
            return next(axis for axis in found if axis != "segment"), "segment"
        if found:
            return found[0], found[0]
    return "segment", "segment"


def _item_of(lines: Sequence[str]) -> str | None:
    """Return the item that the nearest line names before "by" ("Net sales by reportable segment")."""
    for line in lines:
        by = re.search(r"\bby\b|\bdisaggregat\w*", line, re.IGNORECASE)
        if by is None:
            continue
        for named in reversed(find_names(line[: by.end() + 60])):
            item = next((item for item in named.items if item in MEASURES - {"Assets"}), None)
            if item is not None:
                return item
    return None


def meaning_of(other: Other, row: Row, *, is_part: bool) -> Meaning:
    """Return what a row stands for: the item that one of its labels names, and its other labels as members.

    `is_part` says that the row adds up with others to a total: only then is it a part of what the labels above it or
    the lines above the table name, and no other figure beside them.
    """
    if other.kind is StatementKind.DEBT:
        return _meaning_of_debt(row)
    if other.kind is StatementKind.SHARES:
        return Meaning(None, ())
    labels = [label.strip().rstrip(":").strip() for label in row.label_path]
    own = _measure(labels[-1])
    groups = [label for label in labels[:-1] if label not in other.stated]
    named = [label for label in (*groups, labels[-1]) if _measure(label) is not None]
    if own is None and named and is_part:
        own = _measure(named[-1])
    if own is not None and own != other.item is not None and is_part and not _AMOUNTS.search(labels[-1]):
        own, named = None, [label for label in named if label != labels[-1]]  # a product with an item's name
    elif own is None and _AMOUNTS.search(labels[-1]):
        own = next(iter(find_items(labels[-1])), None)
        named = [labels[-1]] if own is not None else named
    members = [label for label in labels if _measure(label) is None and label not in named and _is_member(label)]
    if own is None and is_part and (members or is_total(row.label)):
        own = other.item
    return Meaning(own, tuple((other.axis, member) for member in members))


def _meaning_of_debt(row: Row) -> Meaning:
    """Return the year that a row of maturities is for, or the instrument that a row of debt names."""
    label = row.label.strip()
    if _YEAR.fullmatch(label):
        return Meaning(None, (("maturity", label),))
    if _INSTRUMENT.search(" ".join(row.label_path)) and not _NO_INSTRUMENT.search(label) and _is_member(label):
        return Meaning("LongTermDebt", (("debt instrument", label),))
    return Meaning(None, ())


def _is_member(label: str) -> bool:
    return (
        bool(label)
        and not _AMOUNTS.search(_ASIDE.sub("", label))
        and not _HEADING.match(label)
        and not is_period_heading(label)
        and bool(_REST.sub("", label))
    )


def parts_of(other: Other) -> frozenset[int]:
    """Return the places (among the rows) of the rows that add up to a total, and of these totals; and of rows whose
    own figures add up from column to column.
    """
    columns = sorted({cell.column for row in other.rows for cell in row.figures})
    ranks = {column: rank for rank, column in enumerate(columns)}
    addends = [Addend(row.label, _amounts(row, ranks)) for row in other.rows]
    found = {at for at, row in enumerate(other.rows) if _adds_up_across(row)}
    for total in find_sums(addends, StatementKind.CASH_FLOW):
        if not total.failed and all(part.sign > 0 for part in total.parts):
            found |= {total.row, *(part.row for part in total.parts)}
    return frozenset(found)


def _adds_up_across(row: Row) -> bool:
    """Return whether the last figure of each period is the sum of at least two others."""
    by_period: dict[Period | None, list[Decimal]] = {}
    for cell in row.figures:
        quantity = quantity_of(cell)
        if quantity.kind in (Kind.AMOUNT, Kind.NIL) and quantity.value is not None:
            by_period.setdefault(cell.period, []).append(quantity.value)
    return all(len(own) > 2 and sum(own[:-1]) == own[-1] != 0 for own in by_period.values()) and bool(by_period)


def item_of_totals(other: Other, whole: WholeFigures) -> str | None:
    """Return the item that the table divides into parts: that of its totals, which are the group's. None if the totals
    are of several items.
    """
    found: Counter[str] = Counter()
    for row in other.rows:
        if _measure(row.label.strip().rstrip(":").strip()) is not None and not is_total(row.label):
            return None
        for cell in row.figures:
            quantity = quantity_of(cell)
            if quantity.value is not None and (is_total(row.label) or any(map(is_total, cell.header_path))):
                found.update(whole.items_of(cell.period, scaled(quantity.value, scale_of(quantity))))
    return next(iter(found)) if len(found) == 1 else None


def _amounts(row: Row, ranks: Mapping[int, int]) -> dict[int, int]:
    return {
        ranks[cell.column]: int(quantity.value.scaleb(_DECIMALS))
        for cell in row.figures
        if (quantity := quantity_of(cell)).kind in (Kind.AMOUNT, Kind.NIL) and quantity.value is not None
    }


def item_of_column(header_path: Sequence[str]) -> tuple[str, str] | None:
    """Return the item that a heading names, and the heading ("Capital expenditures"); None if none does."""
    for text in reversed(header_path):
        item = _measure(text.strip().rstrip(":").strip())
        if item is not None:
            return item, text
    return None


@lru_cache(maxsize=8192)
def _measure(text: str) -> str | None:
    """Return the item that a label names, apart from words such as "total"."""
    plain = _ASIDE.sub("", re.sub(r"^(?:less|add|plus):\s*", "", text, flags=re.IGNORECASE)).strip()
    bare = re.sub(r"^(?:(?:total|net|segment|consolidated|reportable|external)\s+)+", "", plain, flags=re.IGNORECASE)
    for words in dict.fromkeys((text, plain, bare, re.sub(r",?\s+net$", "", bare, flags=re.IGNORECASE))):
        item = next((item for item in find_items(words) if item in MEASURES), None)
        if item is not None:
            return item
    return None


def is_change(header_path: Sequence[str]) -> bool:
    """Return whether a column or a group of rows shows changes or shares of a total, and no amounts."""
    texts = [text.casefold() for text in header_path]
    return any(map(is_change_heading, header_path)) or any("%" in text or _CHANGES.search(text) for text in texts)


def period_of(item: str | None, period: Period | None) -> Period | None:
    """Return the period of a figure; None if it is a day, and the item is of a span of time."""
    found = None if item is None else load_items().get(item)
    if found is None or period is None:
        return period
    if found.statement is StatementKind.BALANCE:
        return Period(period.end)
    return period if period.start is not None else None

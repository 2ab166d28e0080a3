"""Tables of segments, products, countries, debt and shares: their figures as facts with dimensions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.facts.items.names import find_items, find_names
from app.facts.items.standard import load_items
from app.facts.model import StatementKind
from app.facts.statements.rows import Row, list_rows
from app.facts.statements.sums import Addend, find_sums
from app.facts.statements.titles import read_title
from app.quantities.column_periods import is_change_heading, is_period_heading
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Table
from app.tables.rows import quantity_of

Dimensions = tuple[tuple[str, str], ...]

_NEAREST = 3
_FEWEST_ROWS, _FEWEST_COLUMNS = 2, 2
_MOST_LINE = 600
_BY = re.compile(
    r"\b(?:segments?|geograph\w*|regions?|countr(?:y|ies)|disaggregat\w*|product\s+(?:lines?|categor\w+|groups?)"
    r"|by\s+(?:major\s+)?(?:products?|services?|source|type|categor\w+|channels?|brands?|customers?|end\s+markets?|divisions?)"
    r"|business\s+(?:lines?|units?)|lines?\s+of\s+business|operating\s+units?)\b",
    re.IGNORECASE,
)
_OF_SEGMENTS = re.compile(
    r"\b(?:revenues?|sales|income|profit|earnings|assets|expenditures?|depreciation|results|information|data|ebitda|margin)\b",
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
    r"\b(?:long[\s-]term\s+debt|total\s+debt|debt\s+(?:obligations?|outstanding|maturit\w+|consist\w*|instruments?)"
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
_CHANGES = re.compile(r"\bpercent\w*\b|\bchanges?\b|\bgrowth\b|\bincrease\b")
_DECIMALS = 2
_TOTAL = re.compile(r"^(?:grand\s+)?totals?\b|^consolidated\b|^total\b", re.IGNORECASE)
_REST = re.compile(
    r"\b(?:net|consolidated|company|reported|by|total|worldwide|reportable|segments?)\b|\W", re.IGNORECASE
)
_MEASURES = frozenset(
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
    """A table of figures that are parts of the statements' ones. `axis` says what its rows or columns stand for.

    `item` is the standard item that the lines above name for the whole table, or None.
    """

    kind: StatementKind
    table: Table
    rows: tuple[Row, ...]
    axis: str
    item: str | None
    stated: frozenset[str]
    """The labels of rows with figures, which are no names of groups."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a row of such a table is: a standard item, or None, and the members that its labels name."""

    item: str | None
    dimensions: Dimensions


def find_others(tables: Sequence[Table], taken: frozenset[int]) -> Iterator[Other]:
    """Yield the tables of segments, debt and shares among those that are no statements, in order."""
    for table in tables:
        if table.number in taken or table.columns < _FEWEST_COLUMNS:
            continue
        lines = [*table.lines_above[-_NEAREST:][::-1], *filter(None, (table.caption, table.title))]
        lines = [line[-_MOST_LINE:] for line in lines]
        kind = _kind_of(lines)
        if kind is None or any(map(read_title, lines)):
            continue
        rows = [row for row in list_rows(table) if row.figures]
        if len(rows) < _FEWEST_ROWS or not _is_of(kind, rows):
            continue
        stated = frozenset(row.label.strip().rstrip(":").strip() for row in rows)
        yield Other(kind, table, tuple(rows), _axis_of(lines), _item_of(lines), stated)


def _kind_of(lines: Sequence[str]) -> StatementKind | None:
    for line in lines:
        if _BY.search(line) and _OF_SEGMENTS.search(line):
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


def _axis_of(lines: Sequence[str]) -> str:
    return next((axis for line in lines for axis, pattern in _AXES if pattern.search(line)), "segment")


def _item_of(lines: Sequence[str]) -> str | None:
    """Return the item that the nearest line names before "by" ("Net sales by reportable segment")."""
    for line in lines:
        by = re.search(r"\bby\b|\bdisaggregat\w*", line, re.IGNORECASE)
        if by is None:
            continue
        for named in reversed(find_names(line[: by.end() + 60])):
            item = next((item for item in named.items if item in _MEASURES - {"Assets"}), None)
            if item is not None:
                return item
    return None


def meaning_of(other: Other, row: Row, *, is_part: bool) -> Meaning:
    """Return what a row stands for: the item that one of its labels names, and its other labels as members.

    `is_part` says that the row adds up with others to a total: only then is it a part of what the labels above it or
    the lines above the table name, and no other figure beside them.
    """
    if other.kind is StatementKind.DEBT:
        year = _YEAR.fullmatch(row.label)
        return Meaning(None, (("maturity", row.label.strip()),) if year else ())
    if other.kind is StatementKind.SHARES:
        return Meaning(None, ())
    labels = [label.strip().rstrip(":").strip() for label in row.label_path]
    own = _measure(labels[-1])
    groups = [label for label in labels[:-1] if label not in other.stated]
    named = [label for label in (*groups, labels[-1]) if _measure(label) is not None]
    if own is None and named and is_part:
        own = _measure(named[-1])
    if own is None:
        own = next(iter(find_items(labels[-1])), None)
        named = [labels[-1]] if own is not None else named
    members = [label for label in labels if _measure(label) is None and label not in named and _is_member(label)]
    is_total = is_part and _TOTAL.match(row.label) is not None
    if own is None and is_part and (members or is_total):
        own = other.item
    return Meaning(own, tuple((other.axis, member) for member in members))


def _is_member(label: str) -> bool:
    return bool(label) and not is_period_heading(label) and bool(_REST.sub("", _TOTAL.sub("", label)))


def parts_of(other: Other) -> frozenset[int]:
    """Return the places (among the rows) of the rows that add up to a total, and of these totals."""
    columns = sorted({cell.column for row in other.rows for cell in row.figures})
    ranks = {column: rank for rank, column in enumerate(columns)}
    addends = [Addend(row.label, _amounts(row, ranks)) for row in other.rows]
    found: set[int] = set()
    for total in find_sums(addends, StatementKind.CASH_FLOW):
        if not total.failed and all(part.sign > 0 for part in total.parts):
            found |= {total.row, *(part.row for part in total.parts)}
    return frozenset(found)


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
    for words in (text, re.sub(r"^(?:total|net|segment|consolidated)\s+", "", text, flags=re.IGNORECASE)):
        item = next((item for item in find_items(words) if item in _MEASURES), None)
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

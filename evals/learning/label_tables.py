"""Examples from tables of labels: a file with a table a line, its rows' labels and concepts, but no figures.

A line has `company` (Central Index Key), `form`, `table` (its number in the filing), and `rows` of `label`, `indent`,
`concepts` (with prefix) and `figures` (how many). The statement of a table is known by the concepts that only it has.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.facts.items.rows import ItemRow
from app.facts.model import StatementKind
from evals.learning.examples import TAXONOMY, Example, Source, Truth

_PROFIT = frozenset({"NetIncomeLoss", "ProfitLoss"})
_ANCHORS: Mapping[StatementKind, tuple[frozenset[str], ...]] = {
    StatementKind.BALANCE: (frozenset({"Assets"}), frozenset({"LiabilitiesAndStockholdersEquity"})),
    StatementKind.CASH_FLOW: (
        frozenset({"NetCashProvidedByUsedInOperatingActivities"}),
        frozenset({"NetCashProvidedByUsedInFinancingActivities"}),
    ),
    StatementKind.INCOME: (_PROFIT, frozenset({"IncomeTaxExpenseBenefit"})),
    StatementKind.COMPREHENSIVE_INCOME: (
        _PROFIT,
        frozenset(
            {
                "ComprehensiveIncomeNetOfTax",
                "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
            }
        ),
    ),
    StatementKind.EQUITY: (
        _PROFIT,
        frozenset({"StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"}),
    ),
}
_FEWEST_CONCEPTS = 6
_BESIDE_AMOUNTS = ("Shares", "SharesIssued", "SharesOutstanding", "SharesAuthorized", "ParOrStatedValuePerShare")
_TWICE = ("CashCashEquivalents", "CashAndCashEquivalents", "Cash")  # at the beginning and at the end of a period


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    label: str
    indent: float = 0.0
    concepts: list[str] = Field(default_factory=list)
    figures: int = 0


class _Table(BaseModel):
    model_config = ConfigDict(extra="ignore")

    company: str
    form: str
    table: int
    rows: list[_Row]


def read_label_tables(path: Path) -> list[Example]:
    """Return the first statement of each kind in each filing."""
    with path.open(encoding="utf-8") as lines:
        tables = [_Table.model_validate(json.loads(line)) for line in lines]
    found: dict[tuple[int, StatementKind], Example] = {}
    for filing, table in _by_filing(tables):
        statement = _statement(table)
        if statement is not None and (filing, statement) not in found:
            found[filing, statement] = Example(
                company=table.company,
                filing=f"{table.company}-{filing}",
                source=Source.LABELS,
                statement=statement,
                rows=_item_rows(table.rows),
                truth=_truth(table.rows, statement),
            )
    return list(found.values())


def _by_filing(tables: Sequence[_Table]) -> Iterator[tuple[int, _Table]]:
    """Yield the tables with the number of their filing. Tables of a filing stand together, in ascending order."""
    filing, last = -1, None
    for table in tables:
        if last is None or (table.company, table.form) != (last.company, last.form) or table.table <= last.table:
            filing += 1
        last = table
        yield filing, table


def _statement(table: _Table) -> StatementKind | None:
    names = {concept.removeprefix(TAXONOMY) for row in table.rows for concept in row.concepts}
    if len(names) < _FEWEST_CONCEPTS:
        return None
    return next(
        (kind for kind, anchors in _ANCHORS.items() if all(names & anchor for anchor in anchors)),
        None,
    )


def _item_rows(rows: Sequence[_Row]) -> tuple[ItemRow, ...]:
    found = []
    heading: str | None = None
    for row in rows:
        label = row.label.strip()
        if not row.concepts and not row.figures:
            heading = label
            found.append(ItemRow(label, (label,), row.indent))
            continue
        path = (label,) if heading is None else (heading, label)
        found.append(ItemRow(label, path, row.indent, figures=(None,) * max(row.figures, 1)))
        if label.casefold().startswith(("total", "net cash")):
            heading = None
    return tuple(found)


def _truth(rows: Sequence[_Row], statement: StatementKind) -> tuple[Truth | None, ...]:
    names = [_concept(row) for row in rows]
    counts = Counter(name for name in names if name is not None)
    whole: dict[str, int] = {}
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        if name is not None and (name not in whole or row.label.strip().casefold().startswith("total")):
            whole[name] = number
    return tuple(
        None
        if name is None
        else Truth(
            name,
            is_part=counts[name] > 1
            and whole[name] != number
            and statement is not StatementKind.EQUITY
            and not name.startswith(_TWICE),
        )
        for number, name in enumerate(names)
    )


def _concept(row: _Row) -> str | None:
    """Return the concept of a row's amounts. Those of figures in its label, such as a par value, come before it."""
    names = [concept.removeprefix(TAXONOMY) for concept in row.concepts]
    return next((name for name in reversed(names) if not name.endswith(_BESIDE_AMOUNTS)), next(iter(names), None))

"""Fictional statements as the page of a filing."""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape

from app.facts.model import StatementKind
from evals.learning.made_figures import Drawn, Figure
from evals.learning.made_rows import MadeRow

_TITLES = {
    StatementKind.BALANCE: ("CONSOLIDATED BALANCE SHEETS", "Consolidated Balance Sheets"),
    StatementKind.INCOME: ("CONSOLIDATED STATEMENTS OF OPERATIONS", "Consolidated Statements of Income"),
    StatementKind.COMPREHENSIVE_INCOME: (
        "CONSOLIDATED STATEMENTS OF COMPREHENSIVE INCOME",
        "Consolidated Statements of Comprehensive Income (Loss)",
    ),
    StatementKind.CASH_FLOW: ("CONSOLIDATED STATEMENTS OF CASH FLOWS", "Consolidated Statements of Cash Flows"),
    StatementKind.EQUITY: ("CONSOLIDATED STATEMENTS OF STOCKHOLDERS’ EQUITY", "Consolidated Statements of Equity"),
}
LAST_YEAR = 2024
"""The fiscal year of the first column."""


def write_page(statements: Sequence[Drawn], seed: str) -> str:
    """Return the statements as HTML."""
    chance = random.Random(seed)  # noqa: S311  not for security
    style, units = chance.randrange(2), chance.choice(("thousands", "millions"))
    body = "\n".join(line for own in statements for line in _statement(own, style, units))
    return f"<html><body>\n<p>ANNUAL REPORT</p>\n{body}\n</body></html>\n"


def _statement(own: Drawn, style: int, units: str) -> Iterator[str]:
    kind = own.statement.kind
    yield f"<p><b>{escape(own.statement.title or _TITLES[kind][style])}</b></p>"
    yield f"<p>(In {units}, except per share amounts)</p>"
    columns = max(map(len, own.figures), default=0)
    years = [LAST_YEAR - number for number in range(columns)]
    if own.headings:
        names = own.headings
    elif kind is StatementKind.BALANCE:
        names = tuple(f"December 31, {year}" for year in years)
    else:
        names = tuple(f"Year ended December 31, {year}" for year in years)
    yield "<table>"
    yield f"<tr><td></td>{''.join(f'<td><b>{escape(name)}</b></td>' for name in names)}</tr>"
    for row, figures in zip(own.statement.rows, own.figures, strict=True):
        yield _row(row, figures, columns)
    yield "</table>"


def _row(row: MadeRow, figures: Sequence[Figure], columns: int) -> str:
    cells = "".join(f'<td align="right">{_figure(row, figure)}</td>' for figure in figures) or "<td></td>" * columns
    return f'<tr><td style="padding-left:{12 * row.indent}pt">{escape(row.label)}</td>{cells}</tr>'


def _figure(row: MadeRow, figure: Figure) -> str:
    if figure is None:
        return "—"
    text = f"{abs(figure):,.2f}" if row.measure == "per-share" else f"{abs(figure):,}"
    text = f"{text}%" if row.measure == "ratio" else text
    sign = "$" if row.measure == "per-share" else ""
    return f"{sign}({text})" if figure < Decimal(0) else f"{sign}{text}"

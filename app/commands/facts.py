"""`footnote facts`: the statements of an issuer over periods and filings, as text, JSON, CSV or XLSX."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.commands.calling import calls_api
from app.commands.options import JsonOption, console, print_json
from app.facts.grid_labels import added_dimensions, headings_over

StatementOption = Annotated[
    list[str] | None,
    typer.Option(
        "--statement",
        help="A statement: income-statement, comprehensive-income, balance-sheet, cash-flow-statement, equity, "
        "segments, debt, shares or other. By default, the first five. Give it several times for several.",
    ),
]
PeriodsOption = Annotated[str, typer.Option("--periods", help="The columns: annual, quarterly or year-to-date.")]
ColumnsOption = Annotated[int, typer.Option("--columns", help="The most periods, newest first.", min=1, max=60)]
FromOption = Annotated[
    datetime | None, typer.Option("--end-from", formats=["%Y-%m-%d"], help="Periods that end on this day or later.")
]
ToOption = Annotated[
    datetime | None, typer.Option("--end-to", formats=["%Y-%m-%d"], help="Periods that end on this day or earlier.")
]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the figures with their sources to this CSV file.")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="Write the statements to this XLSX file.")]

_LABELS, _FIGURES = 40, 12
"""Characters of the labels and of each period in a window."""
_SCALED = ("money", "shares")
_RESTATED = "*"
_DIFFERS = "≠"
_SCALES = {3: "thousands", 6: "millions", 9: "billions"}


@calls_api
def facts(
    client: ApiClient,
    issuer: Annotated[str, typer.Argument(help="The issuer's ID, or its name in any spelling.")],
    *,
    statement: StatementOption = None,
    periods: PeriodsOption = "annual",
    columns: ColumnsOption = 8,
    end_from: FromOption = None,
    end_to: ToOption = None,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print or save the statements of an issuer: fiscal periods as columns, each figure from the newest filing."""
    files = {name: path for name, path in (("csv", csv_file), ("xlsx", xlsx_file)) if path is not None}
    for path in files.values():
        if not path.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}")
    wanted: dict[str, object] = {"periods": periods, "columns": columns}
    if statement:
        wanted["statement"] = statement
    days = {"end_from": end_from, "end_to": end_to}
    wanted |= {name: f"{day:%Y-%m-%d}" for name, day in days.items() if day is not None}
    if not files:
        _print(client.get_statements(issuer, wanted), as_json=as_json)
        return
    for name, path in files.items():
        path.write_bytes(client.get_statements_file(issuer, wanted, name))
    if as_json:
        print_json({"written": [str(path) for path in files.values()]})
    else:
        for path in files.values():
            console().print(f"Wrote {escape(str(path))}.")


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    out = console()
    shown = [statement for statement in found["statements"] if statement["rows"]]
    for statement in shown:
        scale, currency = _usual(statement["rows"])
        unit = " ".join(filter(None, (currency, _SCALES.get(scale))))
        out.print(f"{escape(found['issuer'])}: {statement['statement']}" + (f", {escape(unit)}" if unit else ""))
        fitting = max(1, (out.width - _LABELS) // _FIGURES)
        out.print(_grid(statement, scale, fitting))
        if len(statement["columns"]) > fitting:
            out.print(
                f"{len(statement['columns']) - fitting} earlier periods do not fit: widen the window, or see --csv."
            )
    if not shown:
        out.print("There are no such statements.")
    elif any(map(_is_restated, _figures(shown))):
        out.print(f"{_RESTATED} restated: an earlier filing states another figure, or the filing calls it restated.")
    if any(figure["others"] for figure in _figures(shown)):
        out.print(f"{_DIFFERS} the filing itself states another figure as well: see --csv.")
    if found["unread_documents"]:
        out.print(
            f"{found['unread_documents']} documents were published by an older version of Footnote: upload their files "
            "again to have their facts read."
        )


def _grid(statement: dict[str, Any], scale: int, columns: int) -> Table:
    periods = [f"{column['fiscal_part']} {column['fiscal_year']}" for column in statement["columns"][:columns]]
    numbers = (Column(name, justify="right", no_wrap=True) for name in periods)
    grid = Table(Column("", min_width=_LABELS - 4, overflow="fold"), *numbers, box=None)
    labels = {row["label"] for row in statement["rows"]}
    above: list[str] = []
    for row in statement["rows"]:
        figures = row["figures"][:columns]
        if not any(figures):
            continue
        for depth, heading in headings_over(row["label_path"], above, labels):
            grid.add_row(escape("  " * depth + heading))
        above = row["label_path"]
        dimensions = tuple((each["axis"], each["member"]) for each in row["dimensions"])
        members = "".join(f" [{member}]" for _, member in added_dimensions(row["label_path"], dimensions))
        label = "  " * (len(row["label_path"]) - 1) + (row["label"] or row["item"] or "(subtotal)") + members
        grid.add_row(escape(label), *(_amount(figure, scale) for figure in figures))
    return grid


def _amount(figure: dict[str, Any] | None, scale: int) -> str:
    if figure is None:
        return ""
    marks = _RESTATED * _is_restated(figure) + _DIFFERS * bool(figure["others"])
    return f"{print_amount(figure, scale)}{marks}"


def print_amount(figure: dict[str, Any], scale: int) -> str:
    """Return money with a scale in units of 10^`scale`, shares in those of their page, and other figures whole.
    Negative figures stand in brackets.
    """
    value = Decimal(figure["value"])
    if figure["measure"] in _SCALED and figure["scale"]:
        value = value.scaleb(-(scale if figure["measure"] == "money" else figure["scale"]))
        value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return f"({-value:,f})" if value < 0 else f"{value:,f}"


def _usual(rows: Sequence[dict[str, Any]]) -> tuple[int, str | None]:
    """Return the most frequent scale and currency of amounts."""
    money = [figure for figure in _figures([{"rows": rows}]) if figure["measure"] == "money" and figure["scale"]]
    ((scale, currency), _), *_ = Counter((f["scale"], f["currency"]) for f in money).most_common(1) or [((0, None), 0)]
    return scale, currency


def _figures(statements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for statement in statements:
        for row in statement["rows"]:
            yield from filter(None, row["figures"])


def _is_restated(figure: dict[str, Any]) -> bool:
    return bool(figure["restated"])

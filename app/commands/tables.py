"""`footnote tables`: the tables of a document, and one of them as text, JSON, CSV or XLSX."""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from app.client.api import ApiClient
from app.client.models import ApiTable
from app.commands.calling import calls_api
from app.commands.options import JsonOption, as_plain, console, print_json

NumberOption = Annotated[int | None, typer.Option("--number", help="Print the table with this number.", min=1)]
PageOption = Annotated[int | None, typer.Option("--page", help="List only tables on this page.", min=1)]
TitleOption = Annotated[str | None, typer.Option("--title", help="List only tables with these words in the title.")]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the table to this CSV file.")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="Write the table to this XLSX file.")]


@calls_api
def tables(
    client: ApiClient,
    document: Annotated[str, typer.Argument(help="The document's ID.")],
    *,
    number: NumberOption = None,
    page: PageOption = None,
    title: TitleOption = None,
    csv_file: CsvOption = None,
    xlsx_file: XlsxOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the tables of a document, or print or save one of them."""
    files = {name: path for name, path in (("csv", csv_file), ("xlsx", xlsx_file)) if path is not None}
    if files and number is None:
        raise typer.BadParameter("give the --number of the table to write")
    for path in files.values():
        if not path.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}")
    if number is not None and (page, title) != (None, None):
        raise typer.BadParameter("--page and --title are for lists, --number is for one table")
    if number is None:
        found = list(client.list_tables(document, page=page, title=title))
        _print_list(found, as_json=as_json)
    elif files:
        for name, path in files.items():
            path.write_bytes(client.get_table_file(document, number, name))
        _print_written([str(path) for path in files.values()], as_json=as_json)
    elif as_json:
        print_json({"table": client.get_table(document, number)})
    else:
        table = client.get_table(document, number)
        _print_table(table, client.get_table_file(document, number, "csv").decode())


def _print_list(found: list[ApiTable], *, as_json: bool) -> None:
    if as_json:
        print_json({"tables": as_plain(found)})
        return
    listed = Table(Column("Number", justify="right"), "Pages", "Size", Column("Title", overflow="fold"), box=None)
    for table in found:
        pages = ", ".join(map(str, table.pages))
        titles = " ".join(filter(None, (table.title, table.units_line)))
        listed.add_row(str(table.number), pages, f"{table.rows} × {table.columns}", escape(titles))
    if found:
        console().print(listed)
    else:
        console().print(
            "There are no such tables. If an older version of Footnote published the document, upload its file again."
        )


def _print_written(paths: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"written": paths})
        return
    for path in paths:
        console().print(f"Wrote {escape(path)}.")


def _print_table(table: dict[str, object], text: str) -> None:
    for line in (table["title"], table["units_line"]):
        if line:
            console().print(escape(str(line)))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    width = max(map(len, rows), default=0)
    shown = Table(*(Column(justify="left" if index == 0 else "right") for index in range(width)), box=None)
    shown.show_header = False
    for row in rows:
        shown.add_row(*map(escape, row))
    console().print(shown)

"""`footnote eval import`: converts published data into Footnote's own format."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.options import errors_as_messages, stderr_console
from evals.datasets.importing import Imported, import_filings, import_questions


class DataForm(StrEnum):
    """A supported format: questions of FinanceBench, or filings in inline XBRL."""

    FINANCEBENCH = "financebench"
    IXBRL = "ixbrl"


_READERS: dict[DataForm, tuple[Callable[[Path, Path], Imported], str]] = {
    DataForm.FINANCEBENCH: (import_questions, "questions"),
    DataForm.IXBRL: (import_filings, "facts"),
}


def import_data(
    form: Annotated[DataForm, typer.Argument(help="The format of the data.")],
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of the data.")],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="An empty or new folder to write to.")],
) -> None:
    """Read data in a published format, check it, and write it in Footnote's own format."""
    read, what = _READERS[form]
    with errors_as_messages():
        imported = read(source, out)
    stderr_console().print(f"Written to {out}: {imported.cases} {what}, {imported.documents} documents")

"""`footnote eval import`: converts published data, users' feedback or editors' corrections into Footnote's own
format.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.client.api import ApiClient
from app.commands.options import KeyOption, UrlOption, open_client
from evals.commands.options import errors_as_messages, stderr_console
from evals.datasets.corrections import import_corrections
from evals.datasets.feedback import import_feedback
from evals.datasets.importing import Imported, import_filings, import_questions


class DataForm(StrEnum):
    """A supported format: questions of FinanceBench, filings in inline XBRL, or feedback or corrections in a running
    Footnote.
    """

    FINANCEBENCH = "financebench"
    IXBRL = "ixbrl"
    FEEDBACK = "feedback"
    CORRECTIONS = "corrections"


_READERS: dict[DataForm, tuple[Callable[[Path, Path], Imported], str]] = {
    DataForm.FINANCEBENCH: (import_questions, "questions"),
    DataForm.IXBRL: (import_filings, "facts"),
}
_RUNNING: dict[DataForm, Callable[[ApiClient, Path], Imported]] = {
    DataForm.FEEDBACK: import_feedback,
    DataForm.CORRECTIONS: import_corrections,
}


def import_data(
    form: Annotated[DataForm, typer.Argument(help="The format of the data.")],
    source: Annotated[
        Path | None,
        typer.Argument(exists=True, file_okay=False, help="The folder of the data; none for feedback and corrections."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="An empty or new folder to write to.")],
    url: UrlOption = None,
    key: KeyOption = None,
) -> None:
    """Read data, check it, and write it in Footnote's own format. Feedback and corrections are read from a running
    Footnote, as far as the key may read their documents; feedback needs an engineer's key.
    """
    if (source is None) != (form in _RUNNING):
        raise typer.BadParameter("give the folder of the data, or none for feedback and corrections")
    with errors_as_messages():
        if source is None:
            with open_client(home=None, url=url, key=key) as client:
                imported, what = _RUNNING[form](client, out), "questions"
        else:
            read, what = _READERS[form]
            imported = read(source, out)
    stderr_console().print(f"Written to {out}: {imported.cases} {what}, {imported.documents} documents")
    if imported.left_out:
        stderr_console().print(f"Left out, because they name no page or value: {imported.left_out}")

"""`footnote demo`: the whole of Footnote in a minute, on documents of a fictional issuer."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, console, error_console, print_json, sentences
from app.demo import run_demo


def demo(
    *,
    docs: Annotated[list[Path] | None, typer.Option("--docs", help="Files or folders of your own, too.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start everything, read the samples, ask five questions as two analysts, and stop."""
    with sentences(as_json=as_json):
        shown = run_demo(home=home, docs=docs or [], out=console(), progress=error_console(), quiet=as_json)
    if as_json:
        print_json(shown)

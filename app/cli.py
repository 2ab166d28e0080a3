"""`footnote …`.

The commands put together. Those of other packages join by the entry points "footnote.commands".
"""

import sys
from importlib.metadata import EntryPoint, entry_points

import typer

from app.commands import asking, doctor, ingest, lists, showing, up
from app.commands.options import error_console

GROUP = "footnote.commands"


def build_cli(arguments: list[str]) -> typer.Typer:
    """The command line. What others add is imported only when `arguments` ask for it or for help."""
    cli = typer.Typer(
        name="footnote",
        help="Answers from filings, each on a quoted span.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    cli.command("up")(up.up)
    cli.command("ingest")(ingest.ingest)
    cli.command("ask")(asking.ask)
    cli.command("documents")(lists.documents)
    cli.command("runs")(lists.runs)
    cli.command("doctor")(doctor.doctor)
    cli.command("demo")(showing.demo)
    cli.add_typer(lists.keys, name="key")
    cli.add_typer(lists.tenants, name="tenant")
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for entry in entry_points(group=GROUP):
        if wanted is None or wanted == entry.name:
            _join(cli, entry)
    return cli


def _join(cli: typer.Typer, entry: EntryPoint) -> None:
    """Add a package's commands; one that can't be imported is told of and does not take the others down."""
    try:
        commands = entry.load()
    except ImportError as error:
        error_console().print(f"[yellow]The command {entry.name} can't be loaded: {error}.[/]")
        return
    if not isinstance(commands, typer.Typer):
        raise TypeError(f"{entry.value} is not a typer.Typer")
    cli.add_typer(commands, name=entry.name)


def main() -> None:
    """The console script's entry."""
    build_cli(sys.argv[1:])()


if __name__ == "__main__":
    main()

"""`footnote …`: the commands put together. Those of other packages join by the entry points "footnote.commands"."""

import gc
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import typer

from app.commands.options import error_console

GROUP = "footnote.commands"

# Command → the module and the name in it. Only what was asked for is imported: the database's libraries take a second.
COMMANDS = {
    "up": ("app.commands.up", "up"),
    "ingest": ("app.commands.ingest", "ingest"),
    "ask": ("app.commands.asking", "ask"),
    "documents": ("app.commands.lists", "documents"),
    "runs": ("app.commands.lists", "runs"),
    "key": ("app.commands.keys", "keys"),
    "access": ("app.commands.access", "access"),
    "tenant": ("app.commands.tenants", "tenants"),
    "audit": ("app.commands.audit", "audit"),
    "database": ("app.commands.databases", "databases"),
    "doctor": ("app.commands.doctor", "doctor"),
    "demo": ("app.commands.demo", "demo"),
}


def build_cli(arguments: list[str]) -> typer.Typer:
    """The command line: the command that `arguments` ask for, or all of them (for help, or a word that is none)."""
    cli = typer.Typer(
        name="footnote",
        help="Answers from filings, each on a quoted span.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    cli.callback()(_start)
    wanted = arguments[0] if arguments else ""
    for name, (module, attribute) in COMMANDS.items():
        if wanted == name or wanted not in COMMANDS:
            _add(cli, name, getattr(import_module(module), attribute))
    for entry in entry_points(group=GROUP):
        if wanted not in COMMANDS:
            _join(cli, entry)
    return cli


def _start() -> None:
    """Answers from filings, each on a quoted span."""


def _add(cli: typer.Typer, name: str, command: object) -> None:
    if isinstance(command, typer.Typer):
        cli.add_typer(command, name=name)
    elif callable(command):
        cli.command(name)(command)


def _join(cli: typer.Typer, entry: EntryPoint) -> None:
    """Add a package's commands; one that can't be imported is told of and does not take the others down."""
    try:
        commands = entry.load()
    except ImportError as error:
        error_console().print(f"[yellow]The command {entry.name} can't be loaded: {error}.[/]")
        return
    _add(cli, entry.name, commands)


def main() -> None:
    """The console script's entry."""
    # What is imported here stays: looking for garbage among it takes a sixth of the start.
    gc.disable()
    cli = build_cli(sys.argv[1:])
    gc.freeze()
    gc.enable()
    cli()


if __name__ == "__main__":
    main()

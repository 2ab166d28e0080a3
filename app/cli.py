"""The `footnote` command line. Other packages add commands through the entry-point group "footnote.commands"."""

import gc
import signal
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

GROUP = "footnote.commands"

# Maps each command to (module, attribute). Only the requested command is imported, because importing the database
# libraries alone takes a second.
COMMANDS = {
    "up": ("app.commands.up", "up"),
    "ingest": ("app.commands.ingest", "ingest"),
    "ask": ("app.commands.asking", "ask"),
    "conversations": ("app.commands.conversations", "conversations"),
    "documents": ("app.commands.lists", "documents"),
    "tables": ("app.commands.tables", "tables"),
    "issuers": ("app.commands.issuers", "issuers"),
    "changes": ("app.commands.changes", "changes"),
    "review": ("app.commands.review", "review"),
    "formula": ("app.commands.formulas", "formula"),
    "facts": ("app.commands.facts", "facts"),
    "runs": ("app.commands.lists", "runs"),
    "dead-letters": ("app.commands.dead_letters", "dead_letters"),
    "webhooks": ("app.commands.webhooks", "webhooks"),
    "key": ("app.commands.keys", "keys"),
    "access": ("app.commands.access", "access"),
    "tenant": ("app.commands.tenants", "tenants"),
    "audit": ("app.commands.audit", "audit"),
    "database": ("app.commands.databases", "databases"),
    "backup": ("app.commands.backups", "backup"),
    "restore": ("app.commands.backups", "restore"),
    "doctor": ("app.commands.doctor", "doctor"),
    "demo": ("app.commands.demo", "demo"),
}


def build_cli(arguments: list[str]) -> "typer.Typer":
    """Return the command line. It contains only the requested command; for help or an unknown command, it contains all
    commands.
    """
    import typer  # noqa: PLC0415 - imported after `main` has set what Ctrl-C does

    cli = typer.Typer(
        name="footnote",
        help="Answer questions from filings, with a quoted source for every statement.",
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
    """Answer questions from filings, with a quoted source for every statement."""


def _add(cli: "typer.Typer", name: str, command: object) -> None:
    import typer  # noqa: PLC0415 - see build_cli

    if isinstance(command, typer.Typer):
        cli.add_typer(command, name=name)
    elif callable(command):
        cli.command(name)(command)


def _join(cli: "typer.Typer", entry: EntryPoint) -> None:
    """Add a package's commands. A failed import prints a warning; the other commands still work."""
    from app.commands.options import error_console  # noqa: PLC0415 - see build_cli

    try:
        commands = entry.load()
    except ImportError as error:
        error_console().print(f"[yellow]The command {entry.name} can't be loaded: {error}. Reinstall its package.[/]")
        return
    _add(cli, entry.name, commands)


def main() -> None:
    """Run the console script."""
    # Until the command runs, Ctrl-C ends the process at once: Python would print a traceback of the imports.
    interrupt = signal.getsignal(signal.SIGINT)
    if interrupt is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Garbage collection during the imports takes a sixth of the start-up time and frees nothing.
    gc.disable()
    cli = build_cli(sys.argv[1:])
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, interrupt)
    cli()


if __name__ == "__main__":
    main()

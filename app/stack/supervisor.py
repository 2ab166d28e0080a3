"""Footnote on one machine: starts the servers, migrations and processes in order, watches them, and stops them."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import httpx
from filelock import FileLock, Timeout

from app.core.watchdog import notify_watchdog
from app.llm.local_server import LOCAL_MODEL, LocalModelServer
from app.observability.metrics_folder import clear_metrics_folder
from app.settings import CONCURRENCY, Settings
from app.stack.errors import HomeInUseError, PortTakenError, ServerStartError
from app.stack.graphs import GraphBuilder
from app.stack.home import Home
from app.stack.processes import describe_end, end_together, open_log, tail
from app.stack.schema import prepare_database
from app.stack.servers.postgres import EmbeddedPostgres
from app.stack.servers.valkey import EmbeddedValkey
from app.stack.services import SERVE, WAIT_FOR_LINE, Addresses, Service, services
from app.stack.upkeep import RoomWatch, StateFile, Upkeep, disk_full_mapped
from app.stack.watchdog import ServerWatch, Watchdog, kill_kept
from app.storage.keyfile import ensure_key_file

KEEPER = Path(__file__).with_name("keeper.py")
ROOT = Path(__file__).resolve().parents[2]
DATABASE = "footnote"
READY_SECONDS = 60.0
STEADY_SECONDS = 60.0  # a process that ran this long restarts immediately
MAX_BACKOFF_SECONDS = 30.0
SERVER_RETRY_SECONDS = 3.0


class _Server(Protocol):
    """A server that the stack runs in addition to Footnote's own processes."""

    @property
    def pid(self) -> int | None: ...

    @property
    def log(self) -> Path: ...

    def revive(self) -> None: ...

    def responds(self) -> bool: ...

    def kill(self) -> None: ...


@dataclass(slots=True)
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = field(default=None)


class Stack:
    """All of Footnote for one home. It is a context manager: leaving the block stops everything.

    `port` 0 chooses a free port. `report` receives a sentence about each step. Use it from the main thread, because the
    processes end when the thread that started them ends.
    """

    def __init__(
        self,
        *,
        home: Home,
        host: str = "127.0.0.1",
        port: int = 8000,
        concurrency: int = CONCURRENCY,
        local_llm: bool = False,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._home = home
        self._host = host
        self._port = port
        self._concurrency = concurrency
        self._wants_local_llm = local_llm
        self._chat: str | None = None  # the local model's address
        self._report = report
        self._lock = FileLock(home.lock)
        self._started = contextlib.ExitStack()
        self._running: list[_Running] = []
        self._servers: dict[str, _Server] = {}
        self._servers_wait_until = 0.0
        self._watchdog = Watchdog(("api", "relay", "worker"), frozen_seconds=Settings().health.frozen_seconds)
        self._databases: dict[str, str] = {}
        self._state = StateFile(home)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def home(self) -> Home:
        return self._home

    @property
    def url(self) -> str:
        """The API's address."""
        return f"http://{self._host}:{self._port}"

    @property
    def pids(self) -> dict[str, int]:
        """The current process id of each service."""
        return {running.service.name: running.process.pid for running in self._running}

    @property
    def is_whole(self) -> bool:
        """Whether every started server and process is running."""
        return (
            bool(self._running)
            and all(running.process.poll() is None for running in self._running)
            and all(server.pid is not None for server in self._servers.values())
        )

    def database_url(self, role: str) -> str:
        """Return the URL of a role ("owner", "api", "worker", "relay") on the running database."""
        return self._databases[role]

    def start(self) -> None:
        """Start everything. Return when the API is ready.

        Raises HomeInUseError, HomeDamagedError, HomeFullError, PortTakenError, ServerStartError, SchemaTooOldError. If
        it raises an error, it first stops all parts that it has started.
        """
        self._home.ensure()
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            url = self._home.read_state().get("url")
            where = f", at {url}" if url else ""
            raise HomeInUseError(f"Footnote is already running on {self._home.path}{where}: stop it first.") from error
        self._started.callback(self._lock.release)
        try:
            with disk_full_mapped(self._home):
                self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the API, the relay and the worker at the same time, then the local model, Valkey and PostgreSQL."""
        try:
            end_together({running.process: running.service.grace_seconds + 5.0 for running in self._running})
        finally:
            self._running.clear()
            self._servers.clear()
            self._started.close()

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Restart each process that ends or is frozen, until `until()` returns true. Check twice a second.

        A process that ended within a minute of its start is restarted after a wait. The wait doubles with each such
        restart. Servers restart at their old addresses, so that the processes reconnect.
        """
        servers = ServerWatch(self._servers, report=self._report)
        room = RoomWatch(self._home, floor=Settings().storage.min_free_bytes, report=self._report)
        while not until():
            notify_watchdog()
            with self._surviving_disk_errors():
                self._state.retry()
                room.check()
                servers.check()
                self._revive_servers()
                self._kill_frozen()
                for running in self._running:
                    self._restart_if_ended(running)
            time.sleep(0.5)

    def _start(self) -> None:
        settings = Settings()
        self._port = _check_port(self._host, self._port)
        shutil.rmtree(self._home.scratch, ignore_errors=True)
        self._started.enter_context(Upkeep(self._home, settings))
        clear_metrics_folder(self._home.metrics)
        ensure_key_file(self._home.storage_key)
        self._started.enter_context(self._watchdog)
        self._report("Starting PostgreSQL")
        postgres = self._started.enter_context(EmbeddedPostgres(self._home))
        self._databases = {role: postgres.url(role, DATABASE) for role in ("owner", "api", "worker", "relay")}
        self._servers["PostgreSQL"] = postgres
        self._report("Starting Valkey")
        valkey = self._started.enter_context(EmbeddedValkey(self._home))
        self._servers["Valkey"] = valkey
        self._home.write_secret("broker-url", valkey.url())
        if self._wants_local_llm:
            self._report("Starting the local model")
            self._chat = self._started.enter_context(LocalModelServer()).base_url
        addresses = Addresses(
            host=self._host,
            port=self._port,
            databases=self._databases,
            broker=valkey.url(),
            concurrency=self._concurrency,
            chat=self._chat,
            chat_model=LOCAL_MODEL if self._chat else "",
        )
        api, *others = services(self._home, addresses)
        with self._loading_api(api):
            self._report("Upgrading the schema")
            postgres.databases.ensure_database(DATABASE)
            prepare_database(self._databases["owner"], settings.embedding)
        self._report("Starting the API, the relay and the worker")
        for service in others:
            self._running.append(_Running(service, self._spawn(service), time.monotonic()))
        self._wait_until_ready()
        self._started.enter_context(GraphBuilder(self._databases["owner"], report=self._report))
        self._write_state()

    def _write_state(self) -> None:
        model = {"model": self._chat} if self._chat else {}
        self._state.write({"url": self.url, "pid": os.getpid(), "processes": self.pids, **model})

    @contextlib.contextmanager
    def _loading_api(self, api: Service) -> Iterator[None]:
        """Start the API process. During the block, it only loads its code; when the block ends, it starts to serve."""
        process = self._spawn(api, WAIT_FOR_LINE, stdin=subprocess.PIPE)
        self._running.append(_Running(api, process, time.monotonic()))
        assert process.stdin is not None, "stdin=PIPE was passed"
        with process.stdin as stdin:
            yield
            with contextlib.suppress(BrokenPipeError):  # the process has ended, which _wait_until_ready reports
                stdin.write(SERVE)

    def _spawn(self, service: Service, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        keeper = [sys.executable, "-I", "-S", str(KEEPER), str(service.grace_seconds), str(os.getpid())]
        with open_log(self._log(service)) as output:
            return subprocess.Popen(  # noqa: S603  commands come from the table of services, never from input
                [*keeper, *service.command, *arguments],
                bufsize=0,
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**service.environment, **self._watchdog.environment(service.name)},
                cwd=ROOT,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        """Wait for the API. Raises ServerStartError if a process ends, or if the API is not ready within a minute."""
        deadline = time.monotonic() + READY_SECONDS
        none = ssl.SSLContext(
            ssl.PROTOCOL_TLS_CLIENT
        )  # skips loading certificates, which is slow and useless for plain HTTP
        with httpx.Client(base_url=self.url, timeout=5, trust_env=False, verify=none) as client:
            while time.monotonic() < deadline:
                for running in self._running:
                    if running.process.poll() is not None:
                        log = self._log(running.service)
                        raise ServerStartError(f"The {running.service.name} ended. Last lines of {log}:\n{tail(log)}")
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == httpx.codes.OK:
                        return
                time.sleep(0.1)
        log = self._home.logs / "api.log"
        raise ServerStartError(f"The API is not ready after {READY_SECONDS:.0f} seconds. End of {log}:\n{tail(log)}")

    @contextlib.contextmanager
    def _surviving_disk_errors(self) -> Iterator[None]:
        """Report an error of the disk, such as a full one, instead of ending: the next check tries again."""
        try:
            yield
        except OSError as error:
            self._report(f"{error.strerror} ({error.filename or self._home.path}). Trying again")

    def _kill_frozen(self) -> None:
        frozen = self._watchdog.list_frozen()
        for running in self._running:
            if running.service.name in frozen and running.process.poll() is None:
                self._report(f"The {running.service.name} does not respond. Killing it")
                kill_kept(running.process)

    def _revive_servers(self) -> None:
        for name, server in self._servers.items():
            if server.pid is not None or time.monotonic() < self._servers_wait_until:
                continue
            self._report(f"{name} ended; see {server.log}. Restarting it")
            self._servers_wait_until = time.monotonic() + SERVER_RETRY_SECONDS
            try:
                server.revive()
            except ServerStartError as error:
                self._report(error.detail)

    def _restart_if_ended(self, running: _Running) -> None:
        now = time.monotonic()
        if (code := running.process.poll()) is None:
            return
        if running.restart_at is None:
            running.failures = 0 if now - running.started_at > STEADY_SECONDS else running.failures + 1
            wait = 0.0 if running.failures == 0 else min(0.5 * 2**running.failures, MAX_BACKOFF_SECONDS)
            running.restart_at = now + wait
            end = f"The {running.service.name} ended ({describe_end(code)})"
            self._report(f"{end}; see {self._log(running.service)}. Restarting it")
        if now >= running.restart_at:
            running.restart_at = None
            running.started_at = now
            running.process = self._spawn(running.service)
            self._write_state()

    def _log(self, service: Service) -> Path:
        return self._home.logs / f"{service.name}.log"


def _check_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0. Raises PortTakenError."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} of {host} is taken: choose another with --port (make up PORT=…)."
            ) from error
        return int(probe.getsockname()[1])

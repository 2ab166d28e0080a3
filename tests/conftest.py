"""Fixtures that all tests share. Each test process starts one PostgreSQL and one Valkey. The processes of a machine
take turns to run the local model. Each database is a copy of a migrated template.
"""

import gc
import importlib
import inspect
import os
import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psutil
import pytest
from filelock import FileLock
from httpx._transports import default
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from app.db.migrate import upgrade_to_head
from app.db.session import Database, build_engine
from app.llm.errors import LocalModelMissingError
from app.llm.local_server import LocalModelServer
from app.stack.servers.postgres import EmbeddedPostgres
from app.stack.servers.valkey import EmbeddedValkey
from app.stack.supervisor import Stack
from tests.running import run_footnote
from tests.throwaway import THROWAWAY_SETTINGS

MEMORY, IN_MEMORY, LEAST_MEMORY = Path("/dev/shm"), "footnote-tests", 2 << 30
HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / "shared" / "corpus"


FROZEN = (importlib._bootstrap, importlib._bootstrap_external)

SHARED = dict.fromkeys(
    (
        "tests/evals/test_docs.py",
        "tests/evals/running/test_gate.py",
        *(f"tests/evals/suites/test_{name}.py" for name in ("facts", "faults", "measuring", "permissions", "tables")),
        "tests/docs/test_guides.py",
        "tests/docs/test_backups.py",
        "tests/webhooks/test_whole_stack.py",
    ),
    "running",
) | {"tests/cli": "cli", "tests/web": "web"}
"""The group of each test file or folder. The tests of a group run in one process and share a running Footnote."""

COLLECTED_AFTER = (5_000, 20, 50)
"""Thresholds of the garbage collector (module `gc`). With Python's default, it takes 4 % of the run."""

LONG = ("web", "evals", "policy", "cli", "workers", "demo", "api")
"""Folders with long tests. They run first, so that all processes finish at about the same time."""


class ByFile(LoadFileScheduling):
    """Runs all tests of a file in one process, and all files of a `SHARED` group in one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return SHARED.get(file) or SHARED.get(file.rpartition("/")[0]) or file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Make normal runs draw the same examples whichever modules are imported, and in whichever order tests run.

    Hypothesis also draws constants of the imported modules (`_get_local_constants`). No setting turns this off.
    """
    if config.getoption("hypothesis_profile", None) != RANDOM:
        providers._get_local_constants = lambda: providers._local_constants  # the empty constants
    _share_certificates()


def _share_certificates() -> None:
    """Let httpx load the certificates once per process. Otherwise each client and each `httpx.get` takes 40 ms."""
    create = default.create_ssl_context

    @lru_cache
    def loaded(trust_env: bool, _file: str | None, _folder: str | None) -> ssl.SSLContext:
        return create(verify=True, trust_env=trust_env)

    def shared(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
        if verify is not True or cert is not None:
            return create(verify=verify, cert=cert, trust_env=trust_env)
        return loaded(trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    default.create_ssl_context = shared


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Turn the garbage collector off while pytest collects tests: it takes a third of the time and frees nothing."""
    _rotate_folders(session.config)
    _name_frames()
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        gc.enable()


def _rotate_folders(config: pytest.Config) -> None:
    """Let each process of a whole run begin to collect at another folder. The first run on a machine compiles all test
    files: each process then compiles a part of them, and loads what the others have compiled.
    """
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None or [Path(each).resolve() for each in config.args] != [HERE]:
        return
    parts = sorted(
        path for path in HERE.iterdir() if path.match("test_*.py") or (path.is_dir() and path.name.isalpha())
    )
    first = int(worker["workerid"].removeprefix("gw")) * len(parts) // int(worker["workercount"])
    config.args[:] = map(str, (*parts[first:], *parts[:first]))


def _name_frames() -> None:
    """Tell `inspect` the modules of the frames below, and of those that import modules. It does not find them, and
    searches all modules each time.

    For each model with `use_attribute_docstrings`, as those of SCIM, Pydantic asks for the module of each frame of the
    stack. These searches took a quarter of the time of collection.
    """
    names = {f"<frozen {module.__name__}>": module.__name__ for module in FROZEN}
    frame = inspect.currentframe()
    while frame is not None:
        if inspect.getmodule(frame) is None:
            names.setdefault(frame.f_code.co_filename, str(frame.f_globals.get("__name__")))
        frame = frame.f_back
    inspect.modulesbyfile.update({str(Path(file).absolute()): name for file, name in names.items()})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[int, str]:
        folder, *_ = item.path.relative_to(HERE).parts
        return (LONG.index(folder) if folder in LONG else len(LONG)), folder

    items.sort(key=place)
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("random")


@pytest.fixture(scope="session")
def first_seed(pytestconfig: pytest.Config) -> int:
    """The number from which tests derive their seeds: 0, or the seed that `make test-random` passes to Hypothesis."""
    return int(pytestconfig.getoption("hypothesis_seed", None) or 0)


REPEATED, RANDOM = "repeated", "random"
settings.register_profile(
    REPEATED,
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(RANDOM, settings.get_profile(REPEATED), max_examples=200, derandomize=False, print_blob=True)
settings.load_profile(REPEATED)
"""Normal runs draw the same few examples each time, even on a busy machine. `make test-random` draws many new ones."""

SHUTDOWN_POLL = 0.01
"""Seconds between a test server's checks for shutdown. The default of 0.5 would delay each shutdown by up to 0.5 s."""

Traces = list[tuple[str, ExportTraceServiceRequest]]


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A migrated database. It has a URL and a `Database` for each of the roles api, worker, relay and owner."""

    __test__ = False

    name: str
    urls: dict[str, str]
    api: Database
    worker: Database
    relay: Database
    owner: Database


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not CORPUS.exists():
        pytest.skip("the corpus of real filings is not installed at ../shared/corpus")
    return CORPUS


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with in_memory(tmp_path_factory) as folder, EmbeddedPostgres(folder, settings=THROWAWAY_SETTINGS) as server:
        yield server


@contextmanager
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder in memory if enough memory is free, otherwise a folder on disk. Copying a database in memory takes
    a seventh of the time.
    """
    if not (MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > LEAST_MEMORY):
        yield tmp_path_factory.mktemp("postgres")
        return
    for leftover in MEMORY.glob(f"{IN_MEMORY}-*-*"):  # delete the folders of earlier test runs that were killed
        if not psutil.pid_exists(int(leftover.name.split("-")[-2])):
            shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{IN_MEMORY}-{os.getpid()}-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def running_footnote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running Footnote that the tests of a process share. Each test creates its own tenants."""
    with in_memory(tmp_path_factory) as folder, run_footnote(folder) as stack:
        yield stack


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    name = "footnote_template"
    postgres.databases.ensure_database(name)
    upgrade_to_head(postgres.url("owner", name))
    return name


def _open(postgres: EmbeddedPostgres, name: str) -> TestDatabase:
    urls = {role: postgres.url(role, name) for role in ("api", "worker", "relay", "owner")}
    opened = {
        role: Database(
            engine=build_engine(url, pool_size=4, statement_timeout_ms=30_000, application_name=f"test-{role}")
        )
        for role, url in urls.items()
    }
    return TestDatabase(name=name, urls=urls, **opened)


def _close(postgres: EmbeddedPostgres, opened: TestDatabase) -> None:
    for database in (opened.api, opened.worker, opened.relay, opened.owner):
        database.close()
    postgres.databases.drop_database(opened.name)


@contextmanager
def _copied(postgres: EmbeddedPostgres, template: str) -> Iterator[TestDatabase]:
    name = f"test_{uuid4().hex}"
    postgres.databases.copy_database(template, name)
    opened = _open(postgres, name)
    yield opened
    _close(postgres, opened)


@pytest.fixture
def database(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[TestDatabase]:
    """A new database for each test."""
    with _copied(postgres, migrated_template) as opened:
        yield opened


@pytest.fixture(scope="module")
def module_database(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[TestDatabase]:
    """A new database for each module, for tests that change the schema or query the rows of all tenants."""
    with _copied(postgres, migrated_template) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_database(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[TestDatabase]:
    """A database that all tests of a process share. Each test creates its own tenant."""
    with _copied(postgres, migrated_template) as opened:
        yield opened


@pytest.fixture(scope="module")
def local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModelServer]:
    """The server of the local model. It uses half of the cores and 400 MB of memory, so a lock prevents other test
    processes from running it at the same time.
    """
    with FileLock(tmp_path_factory.getbasetemp().parent / "local-model.lock"):
        try:
            with LocalModelServer() as server:
                yield server
        except LocalModelMissingError as error:
            pytest.skip(error.detail)


@pytest.fixture
def collector() -> Iterator[tuple[str, Traces]]:
    with collecting_traces() as collector:
        yield collector


@contextmanager
def collecting_traces() -> Iterator[tuple[str, Traces]]:
    """Run a trace collector (OTLP over HTTP). Yield its URL and a list of the received (path, request) pairs."""
    received: Traces = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Write no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
    thread.join()

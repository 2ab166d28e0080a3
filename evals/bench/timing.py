"""Tests over HTTP on loopback whether response times distinguish a forbidden document from an absent one.

Each pair of requests reads a hidden document and an absent one, in random order. Wilcoxon's signed-rank test (Wilcoxon
1945) tests whether the differences of their times centre on zero. The median difference is also compared with the
median time. Lists of documents that are filtered by a hidden or an absent collection are tested in the same way.
"""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn
from scipy.stats import wilcoxon

from app.bootstrap import build_container, build_tenant_admin
from app.core.principal import Role
from app.db.migrate import upgrade_to_head
from app.main import create_app
from app.observability.logging import configure_logging
from app.settings import BrokerSettings, DatabaseSettings, LimitSettings, Settings, StorageSettings
from app.stack.servers.postgres import EmbeddedPostgres
from app.storage.keyfile import ensure_key_file
from evals.running.engine import Case, SuiteResult

PAIRS = 1_000
_WARMING = 100
_NO_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for a hidden object, and the same request for an absent object."""

    name: str
    hidden: str
    absent: Callable[[], str]


def bench_timing(notify: Callable[[str], None]) -> SuiteResult:
    """Start an API, send the requests, and stop the API. Raises ServerStartError."""
    with _serve() as (url, owner_key, asker_key):
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {owner_key}"}, trust_env=False) as owner:
            collection = owner.post("/v1/collections", json={"name": "Walled"}).json()["id"]
            path = f"/v1/collections/{collection}/files/hidden.txt"
            document = owner.put(path, content=b"hidden words").json()["document"]["id"]
        asked = (
            _Asked("document", f"/v1/documents/{document}", lambda: f"/v1/documents/{uuid4()}"),
            _Asked(
                "list",
                f"/v1/documents?collection_id={collection}",
                lambda: f"/v1/documents?collection_id={uuid4()}",
            ),
        )
        notify(f"Asking {PAIRS:,} pairs each")
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {asker_key}"}, trust_env=False) as asker:
            cases = [_compare(asker, one) for one in asked]
    metrics = {f"{case.id}_{name}": value or 0.0 for case in cases for name, value in case.measures.items()}
    return SuiteResult(metrics=metrics, cases=cases)


def _compare(client: httpx.Client, asked: _Asked) -> Case:
    draw = random.Random(asked.name)  # noqa: S311  a random order, not a secret
    hidden: list[float] = []
    absent: list[float] = []
    for number in range(_WARMING + PAIRS):
        pair = [(hidden, asked.hidden), (absent, asked.absent())]
        draw.shuffle(pair)
        for times, path in pair:
            started = time.perf_counter()
            client.get(path)
            if number >= _WARMING:
                times.append((time.perf_counter() - started) * 1000)
    return Case(asked.name, None, "a pair's times", measures=_measures(hidden, absent))


def _measures(hidden: Sequence[float], absent: Sequence[float]) -> dict[str, float | None]:
    differences = [one - other for one, other in zip(hidden, absent, strict=True)]
    middle = statistics.median([*hidden, *absent])
    return {
        "median_ms": middle,
        "median_difference_ms": statistics.median(differences),
        "difference_share": abs(statistics.median(differences)) / middle,
        "p_value": float(wilcoxon(differences).pvalue),
    }


@contextmanager
def _serve() -> Iterator[tuple[str, str, str]]:
    """Start an API over a new database; yield (address, API key of an owner, API key of a user without access)."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder, EmbeddedPostgres(Path(folder)) as postgres:
        postgres.databases.ensure_database()
        upgrade_to_head(postgres.url("owner"))
        ensure_key_file(Path(folder) / "keys.json")
        settings = Settings(
            database=DatabaseSettings(api_url=postgres.url("api"), owner_url=postgres.url("owner")),
            broker=BrokerSettings(url="amqp://127.0.0.1:9"),
            storage=StorageSettings(root=Path(folder) / "blobs", key_file=Path(folder) / "keys.json"),
            limits=LimitSettings(requests_per_minute=_NO_LIMIT),
        )
        admin = build_tenant_admin(settings)
        tenant = admin.create_tenant(slug="bench", name="Bench")
        keys = [
            admin.create_user(tenant, email=f"{name}@example.org", name=name, roles=[Role.EDITOR])[1]
            for name in ("owner", "asker")
        ]
        configure_logging(level="ERROR")  # otherwise a request's time includes writing a log line
        app = create_app(build_container(settings))
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{port}", keys[0], keys[1]
        finally:
            server.should_exit = True
            thread.join()

"""A real API server on loopback, with tenants and users that call it."""

import io
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.bootstrap import build_container
from app.core.clock import SystemClock
from app.core.principal import Role
from app.identity.service import TenantAdmin
from app.main import create_app
from app.observability.logging import configure_logging
from app.settings import BrokerSettings, DatabaseSettings, LimitSettings, Settings, StorageSettings
from app.storage.keyfile import ensure_key_file

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A context without trusted certificates. Test servers use plain HTTP, and loading certificates takes 40 ms per client.
"""


@dataclass(frozen=True, slots=True)
class User:
    """A user, the user's API key, and a client that sends the key."""

    id: UUID
    tenant_id: UUID
    key: str
    http: httpx.Client

    def collection(self, name: str = "filings", **more: Any) -> dict[str, Any]:
        answer = self.http.post("/v1/collections", json={"name": f"{name} {uuid4().hex[:8]}", **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def grant(self, collection: dict[str, Any], to: "User", level: str = "viewer") -> dict[str, Any]:
        body = {"collection_id": collection["id"], "user_id": str(to.id), "level": level}
        answer = self.http.post("/v1/grants", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def upload(self, collection: dict[str, Any], content: bytes | None = None, name: str = "a.txt") -> dict[str, Any]:
        content = content if content is not None else f"Revenue was {uuid4()}.".encode()
        answer = self.http.put(f"/v1/collections/{collection['id']}/files/{name}", content=content)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()


@dataclass
class Server:
    """A running API: its URL, application and database."""

    url: str
    app: FastAPI
    database: Any
    blobs: Path
    admin: TenantAdmin
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, **more: Any) -> httpx.Client:
        client = httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=NO_TLS, **more)
        self.clients.append(client)
        return client

    def close_clients(self) -> None:
        for client in self.clients:
            client.close()
        self.clients.clear()

    def tenant(self) -> UUID:
        return self.admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")

    def user(self, tenant_id: UUID | None = None, *roles: Role) -> User:
        """Create a user in the given tenant, or in a new one. The default role is analyst."""
        roles = roles or (Role.ANALYST,)
        tenant = tenant_id or self.tenant()
        user_id, key = self.admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name="Ana", roles=roles)
        return User(user_id, tenant, key, self.client(headers={"Authorization": f"Bearer {key}"}))


def settings_for(database: Any, folder: Path, **limits: Any) -> Settings:
    ensure_key_file(folder / "keys.json")
    return Settings(
        database=DatabaseSettings(api_url=database.urls["api"], pool_size=10),
        broker=BrokerSettings(url="amqp://127.0.0.1:9"),
        storage=StorageSettings(root=folder / "blobs", key_file=folder / "keys.json"),
        limits=LimitSettings(**{"requests_per_minute": 1_000_000, "uploads_per_minute": 1_000_000, **limits}),
    )


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    # By default, structlog prints the local variables of all frames of a traceback. This takes seconds per request.
    configure_logging(level="ERROR", stream=io.StringIO())


def _serve(app: FastAPI, database: Any, folder: Path) -> Iterator[Server]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        admin = TenantAdmin(owner=database.owner, clock=SystemClock())
        running = Server(f"http://127.0.0.1:{port}", app, database, folder / "blobs", admin)
        yield running
        running.close_clients()
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def shared_server(shared_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("api")
    yield from _serve(create_app(build_container(settings_for(shared_database, folder))), shared_database, folder)


@pytest.fixture(scope="module")
def server(shared_server: Server) -> Iterator[Server]:
    """The API server that all modules of a process share. Each test creates its own tenant."""
    yield shared_server
    shared_server.close_clients()


@pytest.fixture
def start_server(
    shared_database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server with the given fields of `LimitSettings`.

    The counters' clock stands in the middle of a minute: a request early in a window weighs those of the last one down.
    """
    clock = SimpleNamespace(time=partial(float, time.time() // 60 * 60 + 30))
    monkeypatch.setattr("limits.aio.storage.memory.time", clock)
    monkeypatch.setattr("limits.aio.strategies.time", clock)
    running: list[Iterator[Server]] = []

    def start(**limits: Any) -> Server:
        settings = settings_for(shared_database, tmp_path, **limits)
        made = _serve(create_app(build_container(settings)), shared_database, tmp_path)
        running.append(made)
        return next(made)

    yield start
    for made in running:
        next(made, None)


@pytest.fixture
def editor(server: Server) -> User:
    """A user who may create collections, in a new tenant."""
    return server.user(None, Role.EDITOR)


@pytest.fixture
def admin(server: Server, editor: User) -> User:
    """An administrator of the editor's tenant."""
    return server.user(editor.tenant_id, Role.ADMIN)


@pytest.fixture
def analyst(server: Server, editor: User) -> User:
    """A user of the editor's tenant without grants."""
    return server.user(editor.tenant_id, Role.ANALYST)


@pytest.fixture
def stranger(server: Server) -> User:
    """An editor of another tenant."""
    return server.user(None, Role.EDITOR)

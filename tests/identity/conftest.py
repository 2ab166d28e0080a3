"""Fixtures: a real OpenID provider on loopback, a provider whose responses a test can falsify, and Footnote's API."""

import io
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
import yaml
from joserfc.jwk import RSAKey
from sqlalchemy import text

from app.bootstrap import build_container
from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin
from app.main import create_app
from app.observability.logging import configure_logging
from app.settings import (
    BrokerSettings,
    DatabaseSettings,
    IdentitySettings,
    LimitSettings,
    Settings,
    StorageSettings,
    WebSettings,
)
from app.storage.keyfile import ensure_key_file
from tests.api.conftest import NO_TLS
from tests.identity.odd_provider import ADDRESS, AUDIENCE, OddProvider, serving_odd_provider, signed

CLIENT = ("footnote", "s3cret")


class MovableClock:
    """The system clock, moved forward by `ahead`."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Provider:
    """A running provider: its issuer, and the folder of its signing keys."""

    issuer: str
    folder: Path

    def signing_key(self) -> RSAKey:
        """Return the current signing key with its published ID."""
        published = httpx.get(f"{self.issuer}/.well-known/jwks.json", trust_env=False).json()["keys"][0]
        (pem,) = (path for path in self.folder.glob("keys/*priv*.pem"))
        key = RSAKey.import_key(pem.read_bytes(), {"kid": published["kid"]})
        assert key.as_dict(private=False)["n"] == published["n"]
        return key

    def token(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token signed with the provider's key."""
        return signed(self.signing_key(), header or {}, {"iss": self.issuer, "aud": AUDIENCE, **claims})

    def rotate(self) -> None:
        assert httpx.post(f"{self.issuer}/api/keys/rotate", trust_env=False).status_code == 200


def free_socket() -> socket.socket:
    opened = socket.socket()
    opened.bind((ADDRESS, 0))
    return opened


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("provider")
    with free_socket() as found:
        port = found.getsockname()[1]
    # Browsers treat `localhost` and 127.0.0.1 as different sites. A real provider is also on a different site.
    issuer = f"http://localhost:{port}"
    settings = {
        "config_version": 1,
        "server": {"host": ADDRESS, "port": port},
        "oauth": {
            "issuer": issuer,
            "audience": AUDIENCE,
            "clients": [{"client_id": CLIENT[0], "client_secret": CLIENT[1]}],
        },
        "jwt": {"keys_dir": str(folder / "keys")},
    }
    users = {name: {"password": "pw", "email": f"{name}@example.com"} for name in ("ana", "ben", "eve")}
    (folder / "config").mkdir()
    (folder / "config" / "settings.yaml").write_text(yaml.safe_dump(settings))
    (folder / "config" / "users.yaml").write_text(yaml.safe_dump({"config_version": 1, "users": users}))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nanoidp", "--config", str(folder / "config")],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        while not _answers(issuer):
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield Provider(issuer, folder)
    finally:
        process.terminate()
        process.wait(30)


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/jwks.json", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def used_ports() -> set[int]:
    """Return the ports used so far. Footnote caches providers by address, so each provider needs its own port."""
    return set()


@pytest.fixture
def odd(used_ports: set[int]) -> Iterator[OddProvider]:
    with serving_odd_provider(used_ports) as provider:
        yield provider


@pytest.fixture(scope="module")
def steady_odd(used_ports: set[int]) -> Iterator[OddProvider]:
    """Serve an `OddProvider` that the tests of a module share."""
    with serving_odd_provider(used_ports) as provider:
        yield provider


@dataclass
class Person:
    """A user with an API key."""

    id: UUID
    email: str
    key: str


@dataclass
class Site:
    """Footnote's API and page, its database and its clock."""

    url: str
    database: Any
    clock: MovableClock
    admin: TenantAdmin
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=NO_TLS)
        self.clients.append(made)
        return made

    def me(self, token: str) -> httpx.Response:
        return self.client(token).get("/v1/me")

    def sql(self, tenant_id: UUID, statement: str, **values: Any) -> list[Any]:
        with self.database.owner.transaction(system_principal(tenant_id)) as session:
            found = session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []


@dataclass
class Tenant:
    """A tenant with an administrator and users. `http` sends requests as the administrator."""

    site: Site
    id: UUID
    slug: str
    chief: Person
    http: httpx.Client

    @property
    def audience(self) -> str:
        """The audience of the tenant's API tokens."""
        return f"{AUDIENCE}/{self.id}"

    def person(self, email: str, *roles: Role) -> Person:
        user_id, key = self.site.admin.create_user(self.id, email=email, name=email.partition("@")[0], roles=roles)
        return Person(user_id, email, key)

    def provide(self, issuer: str, **more: Any) -> dict[str, Any]:
        body = {"name": "Staff", "issuer": issuer, "client_id": CLIENT[0], "client_secret": CLIENT[1], **more}
        made = self.http.post("/v1/identity-providers", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    def link(self, provider: dict[str, Any], person: Person, subject: str) -> None:
        answer = self.http.put(f"/v1/identity-providers/{provider['id']}/links/{person.id}", json={"subject": subject})
        assert answer.status_code == 200, answer.text

    def change(self, provider: dict[str, Any], **fields: Any) -> httpx.Response:
        return self.http.patch(f"/v1/identity-providers/{provider['id']}", json=fields, headers={"If-Match": "*"})

    def audited(self, action: str) -> list[dict[str, Any]]:
        rows = self.site.sql(
            self.id, "SELECT detail FROM audit_events WHERE action = :action ORDER BY id", action=action
        )
        return [row.detail for row in rows]


@pytest.fixture(scope="session")
def shared_site(shared_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    # Structlog's default renders the local variables of every frame of an exception, which takes seconds per request.
    configure_logging(level="ERROR", stream=io.StringIO())
    folder = tmp_path_factory.mktemp("site")
    ensure_key_file(folder / "keys.json")
    listening = free_socket()
    url = f"http://{ADDRESS}:{listening.getsockname()[1]}"
    settings = Settings(
        database=DatabaseSettings(api_url=shared_database.urls["api"]),
        broker=BrokerSettings(url="amqp://127.0.0.1:9"),
        storage=StorageSettings(root=folder / "blobs", key_file=folder / "keys.json"),
        limits=LimitSettings(requests_per_minute=1_000_000),
        web=WebSettings(public_url=url),
        identity=IdentitySettings(loopback_providers=True),
    )
    clock = MovableClock()
    app = create_app(build_container(settings, clock=clock))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        running = Site(url, shared_database, clock, TenantAdmin(owner=shared_database.owner, clock=SystemClock()))
        yield running
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def site(shared_site: Site) -> Iterator[Site]:
    """Return the site that all modules share; close its clients after the module."""
    yield shared_site
    for client in shared_site.clients:
        client.close()
    shared_site.clients.clear()


@pytest.fixture(autouse=True)
def _clock_at_now(request: pytest.FixtureRequest) -> None:
    if "site" in request.fixturenames:
        request.getfixturevalue("site").clock.ahead = timedelta()


@pytest.fixture(scope="module")
def make_tenant(site: Site) -> Callable[[], Tenant]:
    def make() -> Tenant:
        slug = f"t{uuid4().hex}"
        tenant_id = site.admin.create_tenant(slug=slug, name="Tenant")
        user_id, key = site.admin.create_user(tenant_id, email="chief@example.org", name="Chief", roles=[Role.ADMIN])
        return Tenant(site, tenant_id, slug, Person(user_id, "chief@example.org", key), site.client(key))

    return make


@pytest.fixture
def tenant(make_tenant: Callable[[], Tenant]) -> Tenant:
    return make_tenant()


@dataclass
class Browser:
    """An HTTP client that signs in as a browser does: it stores cookies and submits the provider's form."""

    site: Site
    http: httpx.Client

    def begin(self, provider: dict[str, Any]) -> httpx.Response:
        return self.http.get(f"/sign-in/oidc/{provider['id']}")

    def authorize(self, begun: httpx.Response, name: str, password: str = "pw") -> str:
        """Sign in at the provider; return the URL that it redirects to."""
        with httpx.Client(trust_env=False) as there:
            form = there.get(begun.headers["location"])
            assert form.status_code == 200, form.text
            found = form.text.split('name="transaction_id" value="')[1].split('"')[0]
            data = {"transaction_id": found, "username": name, "password": password}
            back = there.post(form.url, data=data)
        assert back.status_code in (302, 303), back.text
        return back.headers["location"]

    def sign_in(self, provider: dict[str, Any], name: str) -> httpx.Response:
        return self.http.get(self.authorize(self.begin(provider), name))

    def session(self) -> str | None:
        return self.http.cookies.get("footnote_session")


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site, site.client())


@pytest.fixture
def second_browser(site: Site) -> Browser:
    return Browser(site, site.client())

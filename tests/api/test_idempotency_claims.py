"""A claim of an idempotency key ends with the process that owns it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.db.session import DatabaseUnavailableError, system_principal
from tests.api.conftest import NO_TLS, Server, User
from tests.waiting import wait_for

LEASE_SECONDS = 10.0  # long enough for a machine that stalls for seconds


@dataclass(frozen=True, slots=True)
class OtherApi:
    """An API process on the database and the storage of the tests' server."""

    process: "subprocess.Popen[bytes]"
    client: httpx.Client


@pytest.fixture
def other_api(server: Server) -> Iterator[OtherApi]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DATABASE__API_URL": server.database.urls["api"],
        "BROKER__URL": "amqp://127.0.0.1:9",
        "STORAGE__ROOT": str(server.blobs),
        "STORAGE__KEY_FILE": str(server.blobs.parent / "keys.json"),
        "LIMITS__IDEMPOTENCY_LEASE_SECONDS": str(LEASE_SECONDS),
        "DATABASE__STATEMENT_TIMEOUT_MS": "180000",  # of which a request may wait a third for a lock
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app.stack.serve", "127.0.0.1", str(port)],
        env={**os.environ, **{f"FOOTNOTE_{name}": value for name, value in settings.items()}},
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False, verify=NO_TLS) as client:
        wait_for(lambda: responds(client))
        yield OtherApi(process, client)
    process.kill()
    process.wait()


def responds(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").status_code == 200
    except httpx.TransportError:
        return False


def test_claim_lasts_as_long_as_its_process(server: Server, editor: User, other_api: OtherApi) -> None:
    body = {"name": f"filings {uuid4().hex}"}
    headers = {"Idempotency-Key": uuid4().hex, "Authorization": f"Bearer {editor.key}"}

    def renewed_seconds() -> float:
        """Return for how long the claim has been renewed: its age at the latest renewal."""
        query = "SELECT extract(epoch FROM expires_at - created_at) FROM idempotency_records WHERE key = :key"
        with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
            lifetime = session.scalar(text(query), {"key": headers["Idempotency-Key"]})
        return float(lifetime or 0) - LEASE_SECONDS

    def repeat() -> httpx.Response:
        return editor.http.post("/v1/collections", json=body, headers=headers)

    with ThreadPoolExecutor(1) as pool, server.database.owner.anonymous() as session:
        session.execute(text("LOCK TABLE collections IN SHARE MODE"))  # the first request waits for this lock
        first = pool.submit(other_api.client.post, "/v1/collections", json=body, headers=headers)
        wait_for(lambda: renewed_seconds() > 0)
        assert (repeat().status_code, repeat().json()["code"]) == (409, "idempotency-in-progress")
        other_api.process.send_signal(signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            first.result()
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        session.execute(text("UPDATE idempotency_records SET expires_at = now()"))  # instead of waiting for it
    assert repeat().status_code == 201
    names = [collection["name"] for collection in editor.http.get("/v1/collections").json()["items"]]
    assert names.count(body["name"]) == 1


def test_request_succeeds_if_its_record_cannot_be_stored(
    server: Server, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(server.app.state.idempotency, "_write", fail)
    headers = {"Idempotency-Key": uuid4().hex}
    assert editor.http.post("/v1/keys", json={"name": "once"}, headers=headers).status_code == 201
    assert [key["name"] for key in editor.http.get("/v1/keys").json()["items"]].count("once") == 1

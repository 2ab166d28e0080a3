"""A caller's right ends during an upload, an export or a download. Nothing is stored or sent after that."""

import json
import select
import socket
from contextlib import contextmanager
from http.client import HTTPResponse
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.audit.repository import AuditRepository
from app.core.principal import Role
from app.db.session import system_principal
from app.documents.service import DocumentService
from app.evaluations.schemas import EXAMPLE_RUN
from app.http.dependencies import PAGE_HEADER
from app.http.transfers import TransferLimits
from app.identity.sessions.service import SessionService
from app.storage.store import _SpooledWriter
from tests.waiting import wait_for

FORM = "multipart/form-data; boundary=x"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Caller:
    """A user who may upload to another user's collection, with a key or a session, and the ways to end that right."""

    def __init__(self, server, *, by_session=False):
        self.server = server
        self.user = server.user(None, Role.ENGINEER, Role.AUDITOR)
        self.tenant_id = self.user.tenant_id
        self.admin = server.user(self.tenant_id, Role.ADMIN)
        self.collection = self.admin.collection()
        self.grant = self.admin.grant(self.collection, self.user, "editor")
        self.document = self.admin.upload(self.collection)["document"]["id"]
        self.credentials = {"Authorization": f"Bearer {self.user.key}"}
        if by_session:
            sessions = server.app.state.services[SessionService]
            principal = server.app.state.authenticator.authenticate(self.user.key)
            self.token = sessions.open(principal).token
            self.credentials = {"Cookie": f"{server.app.state.session_cookie}={self.token}", PAGE_HEADER: "1"}

    def change(self, method, path, **options):
        answer = self.admin.http.request(method, path, headers={"If-Match": "*"}, **options)
        assert answer.is_success, answer.text

    def sql(self, statement):
        with self.server.database.owner.transaction(system_principal(self.tenant_id)) as session:
            result = session.execute(text(statement), {"user": self.user.id})
            return list(result.all()) if result.returns_rows else []

    def revoke(self):
        self.change("DELETE", f"/v1/keys/{self.user.http.get('/v1/keys').json()['items'][0]['id']}")

    def expire(self):
        self.sql("UPDATE api_keys SET expires_at = now() WHERE user_id = :user")

    def narrow(self):
        self.sql("UPDATE api_keys SET scopes = '{documents:read}' WHERE user_id = :user")

    def remain_auditor(self):
        self.change("PATCH", f"/v1/users/{self.user.id}", json={"roles": ["auditor"]})

    def remain_engineer(self):
        self.change("PATCH", f"/v1/users/{self.user.id}", json={"roles": ["engineer"]})

    def disable(self):
        self.change("PATCH", f"/v1/users/{self.user.id}", json={"disabled": True})

    def sign_out(self):
        self.server.app.state.services[SessionService].end(self.token)

    def withdraw(self):
        self.change("DELETE", f"/v1/grants/{self.grant['id']}")

    def stored(self):
        """Return everything that an upload would add: files, and rows of the tenant."""
        files = [path for path in self.server.blobs.rglob("*") if path.is_file()]
        tables = ("documents", "document_versions", "runs", "eval_runs", "idempotency_records")
        return files, [self.sql(f"SELECT count(*) FROM {table}") for table in tables]

    def denials(self):
        query = "SELECT detail->>'code' FROM audit_events WHERE action = 'access.request.denied' AND actor_id = :user"
        return [code for (code,) in self.sql(query)]


def form(content, **fields):
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    parts.append(f'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n{content}\r\n--x--\r\n')
    return "".join(parts).encode()


def document_upload(caller):
    return "POST", "/v1/documents", FORM, form(uuid4().hex * 9000, collection=caller.collection["id"])


def version_upload(caller):
    return "POST", f"/v1/documents/{caller.document}/versions", FORM, form(uuid4().hex * 9000)


def file_upload(caller):
    path = f"/v1/collections/{caller.collection['id']}/files/a.txt"
    return "PUT", path, "application/octet-stream", uuid4().hex.encode() * 9000


def run_upload(caller):
    return "PUT", f"/v1/eval-runs/{EXAMPLE_RUN['manifest']['id']}", "application/json", json.dumps(EXAMPLE_RUN).encode()


class OpenRequest:
    """A request whose caller is authenticated, and whose body the server is waiting for."""

    def __init__(self, caller, method, path, media_type, body, *, server=None):
        """Send the head of the request to `server`, by default the caller's."""
        url = httpx.URL((server or caller.server).url)
        self.connection = socket.create_connection((url.host, url.port), timeout=30)
        self._rest = body
        headers = {"Host": "x", "Content-Type": media_type, "Content-Length": len(body), "Expect": "100-continue"}
        lines = [f"{name}: {value}" for name, value in (headers | caller.credentials).items()]
        self.connection.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode())

    def wait(self):
        """Wait until the server requests the body, then send half of it."""
        received = self.connection.recv(len(CONTINUE), socket.MSG_WAITALL)
        assert received == CONTINUE, received
        self.send(len(self._rest) // 2)
        return self

    def send(self, size=None):
        size = len(self._rest) if size is None else size
        self.connection.sendall(self._rest[:size])
        self._rest = self._rest[size:]

    def answer(self):
        """Return (status, code, response), and close the connection."""
        with self.connection, HTTPResponse(self.connection) as response:
            response.begin()
            return response.status, json.loads(response.read()).get("code"), response


ENDINGS = {
    Caller.revoke: (401, "key-revoked"),
    Caller.expire: (401, "key-expired"),
    Caller.narrow: (403, "permission-required"),
    Caller.remain_auditor: (403, "permission-required"),
    Caller.disable: (401, "user-disabled"),
    Caller.sign_out: (401, "session-ended"),
    Caller.withdraw: (404, "collection-not-found"),
}


UPLOADS = (document_upload, version_upload, file_upload, run_upload)


@pytest.mark.parametrize(
    ("upload", "end"),
    # A run is in no collection, so no grant is needed.
    [(upload, end) for upload in UPLOADS for end in ENDINGS if (upload, end) != (run_upload, Caller.withdraw)],
    ids=lambda part: part.__name__,
)
def test_upload_stores_nothing_after_its_right_ended(server, upload, end):
    caller = Caller(server, by_session=end is Caller.sign_out)
    before = caller.stored()
    request = OpenRequest(caller, *upload(caller)).wait()
    end(caller)
    request.send()
    status, code, _ = request.answer()
    expected = (404, "document-not-found") if (upload, end) == (version_upload, Caller.withdraw) else ENDINGS[end]
    assert (status, code) == expected
    assert caller.stored() == before
    assert caller.denials() == [code]


@pytest.mark.parametrize("upload", UPLOADS)
def test_upload_with_a_lasting_right_is_stored(server, upload):
    caller = Caller(server)
    request = OpenRequest(caller, *upload(caller)).wait()
    request.send()
    assert request.answer()[0] in (201, 202)


def test_right_that_ends_while_the_file_is_being_stored_leaves_no_rows(server, monkeypatch):
    caller = Caller(server)
    commit = _SpooledWriter.commit

    def commit_and_end(writer):
        stored = commit(writer)
        caller.revoke()
        return stored

    _, rows = caller.stored()
    monkeypatch.setattr(_SpooledWriter, "commit", commit_and_end)
    request = OpenRequest(caller, *file_upload(caller)).wait()
    request.send()
    assert request.answer()[:2] == (401, "key-revoked")
    assert caller.stored()[1] == rows


def test_rows_wait_for_a_revocation_in_progress(server):
    """The key is revoked in a transaction that commits after the last check and before the rows are written."""
    caller = Caller(server)
    _, rows = caller.stored()
    request = OpenRequest(caller, *file_upload(caller)).wait()
    with server.database.owner.transaction(system_principal(caller.tenant_id)) as session:
        session.execute(text("UPDATE api_keys SET revoked_at = now() WHERE user_id = :user"), {"user": caller.user.id})
        request.send()
        while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert select.select([request.connection], [], [], 0.01)[0] == []
    assert request.answer()[:2] == (401, "key-revoked")
    assert caller.stored()[1] == rows


def test_slow_body_is_authorised_again_before_it_is_used(server, monkeypatch):
    monkeypatch.setattr("app.http.routing._SLOW_BODY_SECONDS", 0)
    caller = Caller(server)
    body = json.dumps({"name": "too late"}).encode()
    request = OpenRequest(caller, "POST", "/v1/collections", "application/json", body).wait()
    caller.revoke()
    request.send()
    assert request.answer()[:2] == (401, "key-revoked")
    assert caller.sql("SELECT 1 FROM collections WHERE name = 'too late'") == []


def limit_uploads(server, monkeypatch, **limits):
    """Apply limits to the uploads of a running server. The uploads of the test's preparation have the default limits,
    because a stalled machine could exceed short ones.
    """
    usual = {"seconds": 60.0, "bytes_per_second": 1, "rate_seconds": 60.0, "open_per_key": 10}
    monkeypatch.setattr(server.app.state.transfers, "_limits", TransferLimits(**usual | limits))


def test_slow_uploads_are_refused(server, monkeypatch):
    caller = Caller(server)
    before = caller.stored()
    limit_uploads(server, monkeypatch, bytes_per_second=10_000_000, rate_seconds=0.2)
    status, code, response = OpenRequest(caller, *file_upload(caller)).wait().answer()
    assert (status, code) == (408, "upload-too-slow")
    assert (response.headers["Connection"], int(response.headers["Retry-After"]) > 0) == ("close", True)
    assert caller.stored() == before


def test_slow_bodies_are_refused(server, start_server):
    caller, strict = Caller(server), start_server(body_seconds=0.2)
    for path, media_type, body in (
        ("/v1/collections", "application/json", b'{"name": "a"}'),
        ("/sign-in", "application/x-www-form-urlencoded", b"key=fn_"),
    ):
        slow = OpenRequest(caller, "POST", path, media_type, body, server=strict).wait()
        assert slow.answer()[:2] == (408, "body-too-slow")


@pytest.mark.parametrize("upload", [*UPLOADS, None])
def test_disconnecting_client_leaves_nothing_and_is_no_internal_error(server, upload):
    caller = Caller(server)
    before = caller.stored()
    arguments = upload(caller) if upload else ("POST", "/v1/collections", "application/json", b'{"name": "a"}')

    def count(status):
        lines = caller.user.http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if f'status="{status}"' in line and "_total" in line)

    ended, crashed = count(499), count(500)
    OpenRequest(caller, *arguments).wait().connection.close()
    wait_for(lambda: count(499) > ended or count(500) > crashed, what="the end of the request")
    assert count(500) == crashed
    assert caller.stored() == before


def test_each_key_has_a_limited_number_of_open_uploads(start_server):
    caller = Caller(start_server(uploads_open=1))
    first = OpenRequest(caller, *document_upload(caller)).wait()
    for upload in UPLOADS:
        status, code, response = OpenRequest(caller, *upload(caller)).answer()
        assert (status, code) == (429, "too-many-uploads")
        assert int(response.headers["Retry-After"]) > 0
    caller.admin.upload(caller.collection)
    first.send()
    assert first.answer()[0] == 202
    caller.user.upload(caller.collection)


def test_upload_that_pauses_ends_soon_after_its_right(start_server):
    server = start_server(recheck_seconds=0.02)
    for end in (Caller.revoke, Caller.narrow, Caller.disable):
        caller = Caller(server)
        before = caller.stored()
        request = OpenRequest(caller, *file_upload(caller)).wait()
        end(caller)
        status, code, response = request.answer()
        assert (status, code) == ENDINGS[end]
        assert response.headers["Connection"] == "close"
        assert caller.stored() == before


def test_upload_over_the_time_limit_is_refused(server, monkeypatch):
    caller = Caller(server)
    before = caller.stored()
    limit_uploads(server, monkeypatch, seconds=0.2)
    request = OpenRequest(caller, *document_upload(caller)).wait()
    assert request.answer()[:2] == (408, "upload-timed-out")
    assert caller.stored() == before


def received_before_break(client, path):
    """Return what arrives of a response that ends early."""
    received = b""
    with client.stream("GET", path) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            for piece in answer.iter_raw():
                received += piece
    return received


@pytest.mark.parametrize("end", [Caller.revoke, Caller.remain_engineer, Caller.disable], ids=lambda end: end.__name__)
def test_export_ends_with_its_right(server, monkeypatch, end):
    caller = Caller(server)
    read, reads = AuditRepository.list_between, []

    def read_and_end(self, *arguments, **options):
        reads.append(read(self, *arguments, **options))
        if len(reads) == 3:
            end(caller)
        return reads[-1]

    monkeypatch.setattr("app.audit.log._BATCH", 1)
    monkeypatch.setattr(AuditRepository, "list_between", read_and_end)
    assert received_before_break(caller.user.http, "/v1/audit/export").count(b"\n") == 2
    code = "permission-required" if end is Caller.remain_engineer else ENDINGS[end][1]
    assert caller.denials() == [code]


@pytest.mark.parametrize("end", [Caller.revoke, Caller.disable], ids=lambda end: end.__name__)
def test_download_ends_with_its_right(server, monkeypatch, end):
    caller = Caller(server)
    document = caller.admin.upload(caller.collection, b"0123456789")["document"]["id"]
    open_file = DocumentService.open_file

    class Ending:
        def __init__(self, stream):
            self._stream = stream

        def read(self, size):
            piece = self._stream.read(size)
            if piece == b"4567":
                end(caller)
            return piece

    @contextmanager
    def open_and_end(self, file):
        with open_file(self, file) as stream:
            yield Ending(stream)

    monkeypatch.setattr("app.documents.endpoints._PIECE", 4)
    monkeypatch.setattr(DocumentService, "open_file", open_and_end)
    version = caller.user.http.get(f"/v1/documents/{document}/versions").json()["items"][0]["id"]
    path = f"/v1/documents/{document}/versions/{version}/file"
    assert received_before_break(caller.user.http, path) == b"0123"
    assert caller.denials() == [ENDINGS[end][1]]

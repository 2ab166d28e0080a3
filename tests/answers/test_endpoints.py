"""Tests of `/v1/questions` with the complete application and a real database."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.testclient import TestClient

from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.bootstrap import build_container
from app.core.clock import SystemClock
from app.core.principal import Principal
from app.db.session import DatabaseUnavailableError
from app.identity.service import IdentityService
from app.main import create_app
from app.observability.metrics import Metrics
from app.settings import BrokerSettings, DatabaseSettings, Settings, StorageSettings
from app.storage.keyfile import ensure_key_file

QUESTION = {"question": "What was net revenue in fiscal 2022?"}
STREAM = {"Accept": "text/event-stream"}


class SwitchedSearch:
    """A search that forwards each call to the `office` of the current test."""

    def __init__(self) -> None:
        self.office: Any = None

    def prepare(self, question: str) -> Any:
        return self.office.search.prepare(question)

    def search_in(self, *args: Any) -> Any:
        return self.office.search.search_in(*args)


@pytest.fixture(scope="module")
def app(shared_database, extractive, tmp_path_factory: pytest.TempPathFactory):
    """Return the application with a search that finds the two pages of the current test's `office`."""
    folder: Path = tmp_path_factory.mktemp("answers")
    ensure_key_file(folder / "keys.json")
    container = build_container(
        Settings(
            database=DatabaseSettings(api_url=shared_database.urls["api"]),
            broker=BrokerSettings(url="amqp://127.0.0.1:9"),
            storage=StorageSettings(root=folder / "blobs", key_file=folder / "keys.json"),
        )
    )
    application = create_app(container)
    application.state.search = SwitchedSearch()
    answers = AnswerService(
        database=shared_database.api,
        search=application.state.search,
        drafter=Drafter(extractive=extractive),
        clock=SystemClock(),
        metrics=Metrics(),
    )
    application.state.services = {**container.services, AnswerService: answers}
    yield application
    container.close()


@pytest.fixture
def client(app, office) -> TestClient:
    app.state.search.office = office
    return TestClient(app, headers=key_of(office, office.owner))


@pytest.fixture
def other(app, office) -> TestClient:
    return TestClient(app, headers=key_of(office, office.other))


def key_of(office, principal: Principal) -> dict[str, str]:
    identity = IdentityService(database=office.database.api, clock=SystemClock())
    return {"Authorization": f"Bearer {identity.create_key(principal, name='test').secret}"}


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    found = []
    for block in response.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            assert "id" not in lines
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_answer_cites_document_page_and_quote(client, office) -> None:
    response = client.post("/v1/questions", json=QUESTION)
    assert response.status_code == 201, response.text
    answer = response.json()
    assert response.headers["Location"] == f"/v1/questions/{answer['id']}"
    assert (answer["outcome"], answer["writer"], answer["degraded"]) == ("answered", "extractive", False)
    assert "No language model" in answer["notice"]
    claim = answer["claims"][0]
    assert claim["text"].startswith("Net revenue — 2022: $4,210")
    citation = claim["citations"][0]
    assert (citation["document_title"], citation["page_number"]) == ("Plain Holdings 10-K", 1)
    page = office.pages[(UUID(citation["version_id"]), 1)]
    assert page[citation["char_start"] : citation["char_end"]] == citation["quote"] == "Net revenue\t$4,210\t$3,900"


def test_stream_sends_sources_claims_and_done(client) -> None:
    response = client.post("/v1/questions", json=QUESTION, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    received = events(response)
    assert [name for name, _ in received][:2] == ["sources", "claim"]
    assert received[-1][0] == "done"
    done = received[-1][1]
    assert done["claims"] == [data for name, data in received if name == "claim"]
    assert response.headers["Content-Location"] == f"/v1/questions/{done['id']}"
    again = client.get(f"/v1/questions/{done['id']}").json()
    assert again["claims"] == done["claims"]
    assert "text" not in received[0][1]["sources"][0], "sources list passages without their text"


@pytest.mark.parametrize("headers", [{}, STREAM])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "question-empty"),
        ("   \n", "question-empty"),
        ("x" * 4_001, "question-too-long"),
        ("x" * 100_000, "question-too-long"),
        ("a\x00b", "question-invalid-characters"),
        ("a\x1bb", "question-invalid-characters"),
    ],
)
def test_invalid_question_returns_code_and_status(client, headers, text, code) -> None:
    response = client.post("/v1/questions", json={"question": text}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": 1},
        {"question": None},
        {**QUESTION, "surprise": 1},
        {**QUESTION, "document_types": ["novel"]},
        {**QUESTION, "fiscal_years": [99]},
        {**QUESTION, "collection_ids": ["x"]},
        {**QUESTION, "document_ids": [str(uuid4())] * 51},
    ],
)
def test_body_with_wrong_schema_is_rejected(client, body) -> None:
    assert client.post("/v1/questions", json=body).status_code == 422


def test_invalid_unicode_is_rejected(client) -> None:
    response = client.post(
        "/v1/questions", content=b'{"question": "a\\ud800b"}', headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert response.json()["code"]


def test_filters_are_accepted(client) -> None:
    filters = {
        "collection_ids": [str(uuid4())],
        "issuers": ["Plain Holdings"],
        "document_types": ["10-K"],
        "fiscal_years": [2022],
        "periods": ["FY"],
        "document_ids": [str(uuid4())],
    }
    assert client.post("/v1/questions", json={**QUESTION, **filters}).status_code == 201


def test_only_the_asker_lists_and_reads_questions(client, other) -> None:
    asked = client.post("/v1/questions", json=QUESTION).json()
    assert [item["id"] for item in client.get("/v1/questions").json()["items"]] == [asked["id"]]
    assert other.get("/v1/questions").json()["items"] == []
    hidden = other.get(f"/v1/questions/{asked['id']}")
    absent = other.get(f"/v1/questions/{uuid4()}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "question-not-found")
    assert {**absent.json(), "instance": ""} == {**hidden.json(), "instance": ""}


def test_request_without_api_key_is_rejected(app) -> None:
    stranger = TestClient(app)
    assert stranger.post("/v1/questions", json=QUESTION).status_code == 401
    assert stranger.get("/v1/questions").status_code == 401


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_idempotent_retry_replays_the_answer(client, office, headers) -> None:
    key = {"Idempotency-Key": str(uuid4()), **headers}
    first = client.post("/v1/questions", json=QUESTION, headers=key)
    again = client.post("/v1/questions", json=QUESTION, headers=key)
    answer = events(first)[-1][1] if headers else first.json()
    assert again.json()["id"] == answer["id"]
    assert again.json()["claims"] == answer["claims"]
    assert len(office.rows("SELECT id FROM questions")) == 1


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_database_failure_before_first_event_returns_error_status(client, office, headers) -> None:
    def down(*args, **more):
        raise DatabaseUnavailableError

    office.search.search_in = down
    response = client.post("/v1/questions", json=QUESTION, headers=headers)
    assert (response.status_code, response.json()["code"]) == (503, "database-unavailable")


def test_error_during_stream_sends_problem_and_ends_stream(client, office, app, monkeypatch) -> None:
    def down(*args, **more):
        raise DatabaseUnavailableError

    monkeypatch.setattr(app.state.services[AnswerService], "_record", down)
    received = events(client.post("/v1/questions", json=QUESTION, headers=STREAM))
    assert [name for name, _ in received] == ["sources", "error"]
    assert (received[-1][1]["code"], received[-1][1]["status"]) == ("database-unavailable", 503)
    assert received[-1][1]["detail"]


def test_failed_stream_is_not_replayed(client, office, app, monkeypatch) -> None:
    def down(*args, **more):
        raise DatabaseUnavailableError

    headers = {**STREAM, "Idempotency-Key": str(uuid4())}
    monkeypatch.setattr(app.state.services[AnswerService], "_record", down)
    assert events(client.post("/v1/questions", json=QUESTION, headers=headers))[-1][0] == "error"
    monkeypatch.undo()
    again = client.post("/v1/questions", json=QUESTION, headers=headers)
    assert "Idempotent-Replayed" not in again.headers
    received = events(again)
    assert [name for name, _ in received][-1] != "error"
    assert len(office.rows("SELECT id FROM questions")) == 1

"""What `footnote ask` prints for an answer."""

import json
from io import StringIO

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli import build_cli
from app.client.api import ApiClient
from app.client.models import ApiAnswer
from app.commands.asking import print_answer


def claim(text: str, part: str, *, page: int = 7, quote: str = "Net sales\t$3,614.0", **subject: str) -> dict:
    citation = {"document_title": "Tarnwick 10-K", "page_number": page, "quote": quote}
    return {"text": text, "part": part, "subject": subject, "citations": [citation]}


def printed(**answer: object) -> list[str]:
    out = StringIO()
    print_answer(Console(file=out, width=200), ApiAnswer.model_validate(answer))
    return [line.strip() for line in out.getvalue().splitlines()]


def test_claims_name_issuer_and_period_and_related_passages_stand_apart() -> None:
    lines = printed(
        outcome="answered",
        claims=[claim("Net sales — 2025: $3,614.0 million", "answer", issuer="Tarnwick", period="FY2025")],
        related=[
            claim("Net sales rose.", "related", page=9, quote="Net sales rose.", issuer="Tarnwick", period="FY2024")
        ],
    )
    assert lines[0] == "Tarnwick: Net sales — 2025: $3,614.0 million"
    assert lines.index("Related passages") < lines.index("Tarnwick, FY2024: Net sales rose.")


def test_subject_that_the_text_names_is_not_repeated() -> None:
    said = claim("Net sales of Tarnwick — 2025: $3,614.0 million", "answer", issuer="Tarnwick", period="FY2025")
    assert printed(claims=[said])[0] == said["text"]


def test_quotes_are_printed_once() -> None:
    lines = printed(claims=[claim("Net sales grew 4%.", "answer"), claim("Net sales — 2025: $3,614.0", "support")])
    assert sum("“Net sales $3,614.0”" in line for line in lines) == 1


@pytest.mark.parametrize("related", [[], [claim("Net sales rose.", "related")]])
def test_declined_answer_says_so_before_the_nearest_evidence(related) -> None:
    lines = printed(outcome="not-found", claims=[], related=related)
    assert lines[0] == "Not found in the documents that you can see."
    assert ("Nearest in the documents" in lines) == bool(related)


def test_follow_up_is_understood_in_the_chosen_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/conversations/c1/understandings"
        (issuer,) = json.loads(request.content)["scope"]["issuers"]
        return httpx.Response(200, json={"question": f"What were net sales of {issuer}?"})

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)
    words = ["ask", "and net sales?", "--conversation", "c1", "--understand", "--issuer", "Tarnwick"]
    shown = CliRunner().invoke(build_cli(words), words)
    assert shown.stdout == "  Understood as: What were net sales of Tarnwick?\n"


@pytest.mark.parametrize("status", [200, 422])
def test_understanding_a_first_question_leaves_no_conversation(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    kept: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            kept.remove(request.url.path.rpartition("/")[2])
            return httpx.Response(204)
        if request.url.path == "/v1/conversations":
            kept.add("c1")
            return httpx.Response(201, json={"id": "c1", "title": "Untitled"})
        return httpx.Response(status, json={"question": "What were net sales?", "code": "bad-question", "title": "No."})

    def open_client(**_: object) -> ApiClient:
        return ApiClient(url="http://footnote.example", key="k", transport=httpx.MockTransport(answer))

    monkeypatch.setattr("app.commands.calling.open_client", open_client)
    words = ["ask", "What were net sales?", "--understand"]
    shown = CliRunner().invoke(build_cli(words), words)
    assert ("Understood as" in shown.stdout) == (status == 200)
    assert kept == set()

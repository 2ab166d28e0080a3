"""The first commands of a new user: ingest files, list documents, runs and failed files, and ask questions."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., "subprocess.CompletedProcess[str]"]
TEXT = (
    "Hollybrook Kilns plc\n\nAnnual report 2025\n\nThe deposit for kiln repairs was $4,210,000 at December 31, 2025.\n"
)
QUESTION = "What was the deposit for kiln repairs at December 31, 2025?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a readable file, an empty file, and a program with the extension .pdf."""
    made = tmp_path_factory.mktemp("filings")
    (made / "kilns.txt").write_text(TEXT)
    (made / "empty.txt").write_text("")
    (made / "program.pdf").write_bytes(b"\x7fELF" + bytes(200))
    return made


def test_ingest_exits_with_1_and_lists_failed_files_with_reasons(running: Any, footnote: Call, folder: Path) -> None:
    words = ("ingest", str(folder), "--collection", "Kilns", "--home", str(running.home))
    result = footnote(*words)
    assert result.returncode == 1
    shown = " ".join((result.stdout + result.stderr).split())
    assert "empty.txt" in shown
    assert "The file is empty" in shown
    assert "program.pdf" in shown
    assert "The file is named as PDF but is a program" in shown
    again = json.loads(footnote(*words, "--json").stdout)
    by_name = {Path(each["path"]).name: each for each in again["documents"]}
    assert by_name["kilns.txt"]["status"] == "ready"
    assert by_name["empty.txt"]["error"]["code"] == "upload-empty"
    assert by_name["program.pdf"]["error"]["code"] == "type-mismatch"
    assert again["failed"] == 2


def test_ingested_document_is_listed_and_quoted_in_answers(running: Any, footnote: Call, folder: Path) -> None:
    home = ("--home", str(running.home))
    assert footnote("ingest", str(folder / "kilns.txt"), "--collection", "Kilns", *home).returncode == 0
    listed = footnote("documents", *home)
    assert (listed.returncode, "kilns" in listed.stdout.casefold()) == (0, True)
    documents = json.loads(footnote("documents", "--json", *home).stdout)["documents"]
    runs = json.loads(footnote("runs", "--json", *home).stdout)["runs"]
    assert {document["id"] for document in documents} >= {
        run["document_id"] for run in runs if run["status"] == "ready"
    }
    shown_runs = footnote("runs", *home).stdout
    assert "ready" in shown_runs
    assert "kilns.txt" in shown_runs
    asked = footnote("ask", QUESTION, *home)
    shown = " ".join(asked.stdout.split())
    assert asked.returncode == 0
    assert "$4,210,000" in shown
    assert "page 1" in shown
    assert "No language model" in shown
    answer = json.loads(footnote("ask", QUESTION, "--json", *home).stdout)
    quotes = [citation["quote"] for claim in answer["claims"] for citation in claim["citations"]]
    assert any("$4,210,000" in quote for quote in quotes)


def test_follow_up_is_asked_in_the_last_conversation(running: Any, footnote: Call) -> None:
    home = ("--home", str(running.home))
    assert footnote("ask", QUESTION, "--year", "2024", *home).returncode == 0
    last = json.loads(footnote("conversations", "list", "--json", *home).stdout)["conversations"][0]
    assert last["title"] == QUESTION
    asked = footnote("ask", "and the year before?", "--conversation", "last", *home)
    assert asked.returncode == 0
    assert "Searched: FY2024" in asked.stdout
    assert "Understood as:" in asked.stdout
    shown = footnote("conversations", "show", "last", *home).stdout
    assert shown.index(QUESTION) < shown.index("and the year before?")
    assert footnote("conversations", "delete", last["id"], *home).stdout == "Deleted.\n"
    missing = footnote("ask", "Why?", "--conversation", last["id"], *home)
    assert missing.returncode == 1
    assert "conversation-not-found" in missing.stderr
    assert "scope-not-found" in footnote("ask", QUESTION, "--collection", "no such", *home).stderr


def test_question_without_evidence_is_not_an_error(running: Any, footnote: Call) -> None:
    asked = footnote("ask", "Who painted the ceiling of the chapel?", "--home", str(running.home))
    assert asked.returncode == 0
    assert "Not found in the documents that you can see" in asked.stdout

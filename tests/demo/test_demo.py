"""`footnote demo`, for real: servers, samples, questions, a refusal, and nothing left behind."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the demo gives as JSON, with a document of the user's own and one that can't be read."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "note.txt").write_text("The lease of the Harrow Falls plant ends on June 30, 2031.\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    home = tmp_path_factory.mktemp("home")
    result = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--json", "--home", str(home), "--docs", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    left = [process.info for process in psutil.process_iter(["cmdline"]) if str(home) in str(process.info["cmdline"])]
    return {**json.loads(result.stdout), "left": left}


def test_it_leaves_no_process(shown: dict[str, object]) -> None:
    assert shown["left"] == []


def test_five_questions_are_answered_with_document_page_and_quote(shown: dict[str, object]) -> None:
    answers = shown["answers"]
    assert isinstance(answers, list)
    assert len(answers) == 5
    for answer in answers:
        assert answer["outcome"] == "answered", answer["question"]
        for claim in answer["claims"]:
            citation = claim["citations"][0]
            assert citation["document_title"]
            assert citation["page_number"] >= 1
            assert citation["quote"]


def test_the_statement_and_the_covenant_are_quoted_right(shown: dict[str, object]) -> None:
    answers = shown["answers"]
    assert isinstance(answers, list)
    said = [" ".join(claim["text"] for claim in answer["claims"]) for answer in answers]
    assert "3,614.0" in said[0]
    assert "176.2" in said[1]
    assert "4.00 to 1.00" in said[2]
    assert "$75.0 million" in said[4]


def test_the_analyst_without_the_right_gets_nothing_and_the_document_is_not_there(shown: dict[str, object]) -> None:
    refused = shown["refused"]
    assert isinstance(refused, dict)
    assert refused["outcome"] == "not-found"
    assert refused["claims"] == []
    assert shown["refused_document_status"] == 404


def test_ones_own_files_are_read_and_those_that_fail_are_named(shown: dict[str, object]) -> None:
    failed = shown["failed"]
    assert isinstance(failed, dict)
    assert shown["documents"] == 4
    assert [Path(path).name for path in failed] == ["broken.pdf"]
    assert all(failed.values())

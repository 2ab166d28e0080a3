"""`footnote demo` with real servers: it prints answers and a refusal, and leaves no process running."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Run the demo with a readable and an unreadable file of the user; return its JSON output.

    `left` contains the processes that still run after the demo.
    """
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


def test_demo_leaves_no_process_running(shown: dict[str, object]) -> None:
    assert shown["left"] == []


def test_five_answers_cite_document_page_and_quote(shown: dict[str, object]) -> None:
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


def test_answers_state_the_figures_of_the_samples(shown: dict[str, object]) -> None:
    answers = shown["answers"]
    assert isinstance(answers, list)
    texts = [" ".join(claim["text"] for claim in answer["claims"]) for answer in answers]
    assert "3,614.0" in texts[0]
    assert "176.2" in texts[1]
    assert "4.00 to 1.00" in texts[2]
    assert "$75.0 million" in texts[4]


def test_analyst_without_access_gets_no_answer_and_a_404(shown: dict[str, object]) -> None:
    refused = shown["refused"]
    assert isinstance(refused, dict)
    assert refused["outcome"] == "not-found"
    assert refused["claims"] == []
    assert shown["refused_document_status"] == 404


def test_files_of_the_user_are_ingested_and_failed_ones_listed(shown: dict[str, object]) -> None:
    failed = shown["failed"]
    assert isinstance(failed, dict)
    assert shown["documents"] == 4
    assert [Path(path).name for path in failed] == ["broken.pdf"]
    assert all(failed.values())

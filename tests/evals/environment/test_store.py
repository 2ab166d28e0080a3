"""A store records which documents it has ingested."""

from pathlib import Path

from app.client.ingestion import IngestOutcome
from app.stack.home import Home
from evals.environment.store import known_outcomes, remember


def test_ingested_documents_are_remembered_per_collection(tmp_path: Path) -> None:
    outcomes = [
        IngestOutcome(Path("a.pdf"), "ready", document_id="1", run_id="2"),
        IngestOutcome(Path("b.pdf"), "failed", document_id="3", code="pdf-damaged", detail="It is damaged."),
    ]
    home = Home.at(tmp_path)
    remember(home, "here", outcomes)
    assert known_outcomes(home, "here") == outcomes
    assert known_outcomes(home, "there") is None
    remember(home, "there", outcomes[:1])
    assert known_outcomes(home, "there") == outcomes[:1]
    assert known_outcomes(home, "here") == outcomes


def test_file_that_failed_to_upload_is_sent_again(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    remember(home, "here", [IngestOutcome(Path("a.pdf"), "failed", code="unavailable", detail="Try again shortly.")])
    assert known_outcomes(home, "here") is None

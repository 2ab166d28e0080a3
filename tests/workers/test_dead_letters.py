"""A file that kills its worker fails with the reason. Healthy files survive a machine whose workers are killed."""

from pathlib import Path

from app.core.pagination import PageRequest
from app.documents.dead_letters.service import DeadLetterService

DEATHS = 5


def test_file_that_kills_workers_fails_and_healthy_files_survive_killed_workers(ingestion, wait_for):
    gate = ingestion.folder / "gate"
    gate.touch()
    reached, deadly = Path(f"{gate}.reached"), ingestion.folder / "deadly"
    deadly.touch()
    ingestion.start_relay()
    healthy = ingestion.upload(f"stall {gate}")
    for attempt in range(1, DEATHS + 1):
        worker = ingestion.start_worker()
        wait_for(reached.exists, what="the stage")
        ingestion.kill(worker)
        reached.unlink()
        ingestion.expire_lease(healthy, attempt=attempt)
    ingestion.start_worker()
    wait_for(reached.exists, what="the stage")
    killer, other = ingestion.upload(f"die {deadly}"), ingestion.upload("an honest file")
    version = str(ingestion.run(killer).version_id)
    wait_for(lambda: version in ingestion.notes("parsed.txt"), what="the death of the killer's worker")
    ingestion.expire_lease(killer)
    gate.unlink()
    survived, ended, fine = ingestion.wait_final(healthy, killer, other)
    assert (survived.status, survived.stages[1].attempt) == ("ready", DEATHS + 1)
    assert (ended.status, ended.stage, ended.error_code) == ("failed", "parse", "processing-crashed")
    assert "crashed its worker" in ended.error_detail
    assert ended.stages[1].attempt == 1 + 3
    assert fine.status == "ready"
    letters = DeadLetterService(database=ingestion.database.worker, runs=ingestion.runs)
    (letter,) = letters.list_letters(ingestion.principal, PageRequest(limit=10)).items
    assert (letter.id, letter.kind, letter.attempts) == (killer, "processing-crashed", 4)
    deadly.unlink()
    (replayed,) = ingestion.wait_final(letters.replay(ingestion.principal, killer).id)
    assert replayed.status == "ready"
    assert letters.list_letters(ingestion.principal, PageRequest(limit=10)).items == []

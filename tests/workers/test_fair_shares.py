"""With real workers, a tenant's document does not wait for all documents of another tenant."""

from app.jobs.plan import Priority
from tests.workers.conftest import Ingestion

MANY = 30


def count_ready_before(run, ingestion):
    query = "SELECT count(*) FROM runs WHERE status = 'ready' AND finished_at < :finished_at"
    return ingestion.sql(query, finished_at=run.finished_at)[0][0]


def test_document_overtakes_another_tenants_and_interactive_overtakes_bulk(ingestion, wait_for):
    shared = {name: getattr(ingestion, name) for name in ("database", "folder", "broker", "access_classes")}
    other = Ingestion(**shared)
    runs = [ingestion.upload(f"document {number}") for number in range(MANY)]
    urgent = ingestion.upload("a user waits for this", priority=Priority.INTERACTIVE)
    single = other.upload("one document")
    ingestion.start_relay()
    ingestion.start_worker()
    (ended,) = other.wait_final(single)
    assert (ended.status, count_ready_before(ended, ingestion) < MANY / 3) == ("ready", True)
    (ended,) = ingestion.wait_final(urgent)
    assert (ended.status, count_ready_before(ended, ingestion) < MANY / 3) == ("ready", True)
    assert {run.status for run in ingestion.wait_final(*runs)} == {"ready"}

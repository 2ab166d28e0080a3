"""The relay and a worker link and sign audit chains automatically."""

from sqlalchemy import text

from app.audit.chain.checkpoints import public_keys
from app.audit.chain.copies import StoredCheckpoints
from app.audit.chain.verification import verify_tenant
from app.audit.service import record
from app.storage.keyfile import load_key_file
from app.storage.local import LocalObjects


def test_waiting_events_are_linked_and_grown_chains_are_signed(ingestion, wait_for):
    ingestion.environment["FOOTNOTE_JOBS__CHECKPOINT_SECONDS"] = "0.3"
    with ingestion.database.worker.transaction(ingestion.principal, snapshot=True) as session:
        record(session, ingestion.principal, "documents.document.read", object_type="document", object_id="x")
    ingestion.start_relay()
    ingestion.start_worker()
    copies = StoredCheckpoints(backend=LocalObjects(root=ingestion.folder / "blobs"))
    (kept,) = wait_for(lambda: copies.read_kept(ingestion.tenant).checkpoints, what="a checkpoint outside the database")
    keys = public_keys(load_key_file(ingestion.folder / "keys.json"))
    found = verify_tenant(ingestion.database.owner, ingestion.tenant, keys=keys, kept=[kept])
    assert (found.problems, found.links, found.waiting) == ([], 1, 0)
    assert found.checkpoints == 1
    with ingestion.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox"))
        assert session.scalar(text("SELECT call_checkpoints()")) == 0

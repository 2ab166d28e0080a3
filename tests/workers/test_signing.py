"""The relay and a worker keep audit chains linked and signed, with nobody asking."""

from sqlalchemy import text

from app.audit.chain.checkpoints import public_keys
from app.audit.chain.copies import StoredCheckpoints
from app.audit.chain.verification import verify_tenant
from app.audit.service import record
from app.storage.keyfile import load_key_file
from app.storage.local import LocalObjects


def test_what_waits_is_linked_and_what_grew_is_signed_in_the_database_and_outside_it(house, wait_for):
    house.environment["FOOTNOTE_JOBS__CHECKPOINT_SECONDS"] = "0.3"
    with house.database.worker.transaction(house.principal, snapshot=True) as session:
        record(session, house.principal, "documents.document.read", object_type="document", object_id="x")
    house.start_relay()
    house.start_worker()
    copies = StoredCheckpoints(backend=LocalObjects(root=house.folder / "blobs"))
    (kept,) = wait_for(lambda: copies.read_kept(house.tenant).checkpoints, what="a checkpoint outside the database")
    keys = public_keys(load_key_file(house.folder / "keys.json"))
    found = verify_tenant(house.database.owner, house.tenant, keys=keys, kept=[kept])
    assert (found.problems, found.links, found.waiting) == ([], 1, 0)
    assert found.checkpoints == 1
    with house.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox"))
        assert session.scalar(text("SELECT call_checkpoints()")) == 0

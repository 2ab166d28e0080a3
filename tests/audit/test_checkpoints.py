"""Checkpoints: signed when a chain has grown, kept outside the database, checked with keys that no database holds."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.audit.checkpoints import current_key, parse_public_key, print_checkpoint, public_keys
from app.audit.copies import StoredCheckpoints
from app.core.clock import SystemClock
from app.storage.keyfile import add_key, ensure_key_file, load_key_file
from app.storage.local import LocalObjects
from workers.maintenance.checkpoints import CheckpointSigner


@pytest.fixture
def copies(tmp_path):
    return StoredCheckpoints(backend=LocalObjects(root=tmp_path / "blobs"))


def test_a_chain_is_signed_once_for_each_end_and_copied(log, copies, tmp_path):
    ensure_key_file(tmp_path / "keys.json")
    keys = load_key_file(tmp_path / "keys.json")
    signer = CheckpointSigner(database=log.database.worker, key=current_key(keys), copies=copies, clock=SystemClock())
    log.write(3)
    log.write(1, snapshot=True)
    first = signer.sign(log.tenant)
    assert first.sequence == 5, "what waited is signed, too"
    assert signer.sign(log.tenant) == first
    log.write(1)
    second = signer.sign(log.tenant)
    assert list(copies.list_kept(log.tenant)) == [second], "the newest of the hour"
    assert list(copies.list_kept(uuid4())) == []
    assert second.is_signed_by(public_keys(keys)[keys.current])
    found = log.verify(kept=[])
    assert {problem.code for problem in found.problems} == {"checkpoint-unsigned"}, "another key's"


def test_a_copy_that_was_lost_is_written_again(log, copies, tmp_path):
    log.copies = copies
    log.write(1)
    log.sign()
    for path in (tmp_path / "blobs" / "audit").rglob("*"):
        if path.is_file():
            path.unlink()
    assert list(copies.list_kept(log.tenant)) == []
    signed = log.sign()
    assert list(copies.list_kept(log.tenant)) == [signed]


def test_a_rotated_key_signs_from_then_on_and_the_earlier_one_still_counts(tmp_path):
    path = tmp_path / "keys.json"
    ensure_key_file(path)
    before = current_key(load_key_file(path))
    add_key(path)
    keys = load_key_file(path)
    after = current_key(keys)
    assert before.id != after.id
    assert set(public_keys(keys)) == {before.id, after.id}
    assert "private" not in repr(after)
    shown = f"{after.id}:{after.public.public_bytes_raw().hex()}"
    assert parse_public_key(shown) == (after.id, after.public)


def test_one_call_is_written_for_a_chain_that_grew_and_none_for_one_that_did_not(log):
    calls = "SELECT count(*) FROM outbox WHERE topic = 'audit.sign_checkpoint' AND tenant_id = :tenant"

    def count():
        with log.database.relay.anonymous() as session:
            session.execute(text("SELECT call_checkpoints()"))
            return session.scalar(text(calls), {"tenant": log.tenant})

    log.write(1)
    assert [count(), count()] == [1, 1]
    with log.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox WHERE tenant_id = :tenant"), {"tenant": log.tenant})
    log.sign()
    assert count() == 0


def test_nothing_is_signed_for_a_tenant_without_events(log):
    log.tenant = uuid4()
    assert log.sign() is None


def test_a_checkpoint_tells_no_more_than_ids_and_hashes(log):
    log.write(1)
    signed = log.sign()
    assert log.key.private.private_bytes_raw().hex() not in print_checkpoint(signed)

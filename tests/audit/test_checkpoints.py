"""When a chain has grown, a checkpoint is signed and copied out of the database. Public keys verify checkpoints."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from celery import Celery
from sqlalchemy import text
from structlog.testing import capture_logs

from app.audit.chain.checkpoints import current_key, parse_checkpoint, parse_public_key, print_checkpoint, public_keys
from app.audit.chain.copies import StoredCheckpoints
from app.audit.errors import CheckpointFormatError
from app.core.clock import SystemClock
from app.jobs.plan import SIGN_CHECKPOINT
from app.settings import ObservabilitySettings
from app.storage.errors import StorageUnavailableError
from app.storage.keyfile import add_key, ensure_key_file, load_key_file
from app.storage.local import LocalObjects
from tests.audit.conftest import FOUNDING
from workers.maintenance.checkpoints import CheckpointSigner
from workers.tasks import register_tasks


@pytest.fixture
def copies(tmp_path):
    return StoredCheckpoints(backend=LocalObjects(root=tmp_path / "blobs"))


def test_signing_again_returns_the_same_checkpoint_until_the_chain_grows(log, copies, tmp_path):
    ensure_key_file(tmp_path / "keys.json")
    keys = load_key_file(tmp_path / "keys.json")
    signer = CheckpointSigner(database=log.database.worker, key=current_key(keys), copies=copies, clock=SystemClock())
    log.write(3)
    log.write(1, snapshot=True)
    first = signer.sign(log.tenant)
    assert first.sequence == FOUNDING + 4, "waiting events are signed, too"
    assert signer.sign(log.tenant) == first
    log.write(1)
    second = signer.sign(log.tenant)
    assert copies.read_kept(log.tenant).checkpoints == [first, second]
    assert copies.read_kept(uuid4()).checkpoints == []
    assert second.is_signed_by(public_keys(keys)[keys.current])
    found = log.verify(kept=[])
    assert {problem.code for problem in found.problems} == {"checkpoint-unsigned"}, "signed by another key"


def test_lost_copy_is_written_again(log, copies, tmp_path):
    log.copies = copies
    log.write(1)
    log.sign()
    for path in (tmp_path / "blobs" / "audit").rglob("*"):
        if path.is_file():
            path.unlink()
    assert copies.read_kept(log.tenant).checkpoints == []
    signed = log.sign()
    assert copies.read_kept(log.tenant).checkpoints == [signed]


def test_rotated_key_signs_new_checkpoints_and_the_earlier_key_stays_valid(tmp_path):
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


def test_signing_is_queued_once_for_a_grown_chain_but_not_for_an_unchanged_one(log):
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


def test_tenant_without_events_is_not_signed(log):
    log.tenant = uuid4()
    assert log.sign() is None


def test_checkpoint_does_not_contain_the_private_key(log):
    log.write(1)
    signed = log.sign()
    assert log.key.private.private_bytes_raw().hex() not in print_checkpoint(signed)


def count_calls(log):
    with log.database.relay.anonymous() as session:
        session.execute(text("DELETE FROM outbox WHERE tenant_id = :tenant"), {"tenant": log.tenant})
        session.execute(text("SELECT call_checkpoints()"))
        return session.scalar(text("SELECT count(*) FROM outbox WHERE tenant_id = :tenant"), {"tenant": log.tenant})


class UnavailableObjects(LocalObjects):
    """An object backend that is down."""

    def publish(self, spooled, name):
        raise StorageUnavailableError

    def publish_once(self, spooled, name):
        raise StorageUnavailableError


class InterruptedClock:
    """A clock that calls a function each time before it returns the time."""

    def __init__(self, first):
        self._first = first

    def now(self):
        self._first()
        return datetime.now(UTC)


def test_signing_is_repeated_without_new_events_after_a_failed_copy(log, copies, tmp_path):
    log.write(1)
    log.copies = StoredCheckpoints(backend=UnavailableObjects(root=tmp_path / "down"))
    with pytest.raises(StorageUnavailableError):
        log.sign()
    assert count_calls(log) == 1
    log.copies = copies
    signed = log.sign()
    assert copies.read_kept(log.tenant).checkpoints == [signed]
    assert count_calls(log) == 0


def test_crash_between_copy_and_row_is_not_reported_as_tampering(log, copies):
    log.write(1)
    log.copies = copies
    sequence, link_hash = log.rows("SELECT sequence, hash FROM audit_chain ORDER BY sequence DESC LIMIT 1")[0]
    kept = log.key.sign(
        tenant_id=log.tenant, sequence=sequence, link_hash=bytes(link_hash), signed_at=datetime.now(UTC)
    )
    copies.keep(kept)
    assert log.verify().intact
    log.write(1)
    log.sign()
    found = log.verify()
    assert (found.problems, found.checkpoints) == ([], 2)


def test_concurrent_signers_of_a_link_return_the_same_checkpoint(log, copies):
    log.write(1)
    log.copies = copies
    others = []
    signer = CheckpointSigner(
        database=log.database.worker,
        key=log.key,
        copies=copies,
        clock=InterruptedClock(lambda: others.append(log.sign())),
    )
    assert [signer.sign(log.tenant)] == others == copies.read_kept(log.tenant).checkpoints
    assert log.verify().intact


def test_concurrent_signing_of_a_later_link_is_not_reported_as_tampering(log, copies):
    log.write(1)
    log.copies = copies

    def overtake():
        log.write(1)
        log.sign()

    CheckpointSigner(database=log.database.worker, key=log.key, copies=copies, clock=InterruptedClock(overtake)).sign(
        log.tenant
    )
    found = log.verify()
    assert (found.problems, found.checkpoints) == ([], 2)


def test_stored_copy_of_a_checkpoint_is_never_overwritten(log, copies):
    log.write(1)
    log.copies = copies
    signed = log.sign()
    other = log.key.sign(tenant_id=log.tenant, sequence=signed.sequence, link_hash=b"other", signed_at=signed.signed_at)
    assert copies.keep(other) == signed
    assert copies.read_kept(log.tenant).checkpoints == [signed]


def test_refusal_to_sign_is_logged_with_its_code(log, copies):
    log.write(1)
    copies.keep(log.key.sign(tenant_id=log.tenant, sequence=9, link_hash=b"cut off", signed_at=datetime.now(UTC)))
    signer = CheckpointSigner(database=log.database.worker, key=log.key, copies=copies, clock=SystemClock())
    app = Celery("test")
    register_tasks(
        app,
        load=lambda: None,
        build=lambda: SimpleNamespace(signer=signer),
        start_pulse=lambda _worker: None,
        observability=ObservabilitySettings(),
        quarantine_bytes=0,
    )
    with capture_logs() as logged:
        app.tasks[SIGN_CHECKPOINT](tenant_id=str(log.tenant))
    logged_errors = [
        (line["event"], line["code"], line["tenant_id"]) for line in logged if line["log_level"] == "error"
    ]
    assert logged_errors == [("audit.checkpoint.refused", "audit-chain-not-as-signed", str(log.tenant))]
    assert log.rows("SELECT sequence FROM audit_checkpoints") == []


UNREADABLE = ["[]", "5", '{"format": 1}', "[" * 200_000, "\udcff", '{"format": "\udcff"}', "null"]


@pytest.mark.parametrize("line", UNREADABLE, ids=range(len(UNREADABLE)))
def test_text_that_is_no_checkpoint_is_rejected(line):
    with pytest.raises(CheckpointFormatError):
        parse_checkpoint(line)


@pytest.mark.parametrize(
    ("name", "value"), [("tenant_id", 5), ("key_id", "\ud800"), ("sequence", 1e400), ("signed_at_microseconds", 10**40)]
)
def test_checkpoint_with_an_invalid_field_is_rejected(log, name, value):
    log.write(1)
    fields = json.loads(print_checkpoint(log.sign()))
    with pytest.raises(CheckpointFormatError):
        parse_checkpoint(json.dumps({**fields, name: value}))

"""The contract of every blob store, on local disk and on S3."""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from app.storage.errors import BlobDamagedError, BlobMissingError, BlobTooLargeError

TEXT = b"Senior notes due 2031, 6.125 per cent. " * 20


def name_of(tenant_id, digest):
    return f"{tenant_id}/{digest[:2]}/{digest}"


def test_stored_blob_is_readable_in_every_way(place, tenant_id):
    blob = place.store.put_stream(tenant_id, [TEXT[:7], b"", TEXT[7:300], TEXT[300:]])

    assert blob.digest == hashlib.sha256(TEXT).hexdigest()
    assert blob.size_bytes == len(TEXT)
    assert place.store.read(tenant_id, blob.digest) == TEXT
    with place.store.open(tenant_id, blob.digest) as stream:
        assert stream.read(10) + stream.read() == TEXT
    with place.store.materialise(tenant_id, blob.digest) as file:
        assert Path(f"/dev/fd/{file}").read_bytes() == TEXT
    assert place.store.exists(tenant_id, blob.digest)
    assert list(place.store.list_digests(tenant_id)) == [blob.digest]


def test_stored_output_is_readable(place, tenant_id):
    blob = place.store.put_output(tenant_id, TEXT)
    assert blob.digest == hashlib.sha256(TEXT).hexdigest()
    assert place.store.read(tenant_id, blob.digest) == TEXT


def test_empty_blob_is_stored(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, b"")
    assert blob.size_bytes == 0
    assert place.store.read(tenant_id, blob.digest) == b""


def test_materialised_file_is_on_no_disk_and_closed_afterwards(place, tenant_id, tmp_path):
    blob = place.store.put_bytes(tenant_id, TEXT)
    with pytest.raises(ZeroDivisionError), place.store.materialise(tenant_id, blob.digest) as file:
        assert os.fstat(file).st_nlink == 0
        assert os.fstat(file).st_dev != tmp_path.stat().st_dev
        assert not any(TEXT in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        raise ZeroDivisionError
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_same_bytes_are_one_blob_per_tenant(place, tenant_id):
    other = uuid4()
    first, second = place.store.put_bytes(tenant_id, TEXT), place.store.put_bytes(tenant_id, TEXT)
    assert first == second
    assert list(place.store.list_digests(tenant_id)) == [first.digest]

    assert not place.store.exists(other, first.digest)
    with pytest.raises(BlobMissingError):
        place.store.read(other, first.digest)
    assert place.store.put_bytes(other, TEXT) == first
    place.store.delete(tenant_id, first.digest)
    assert place.store.read(other, first.digest) == TEXT


def test_concurrent_writes_of_the_same_bytes_all_succeed(place, tenant_id):
    at_once = threading.Barrier(4)

    def put(_):
        with place.store.writer(tenant_id) as writer:
            writer.write(TEXT)
            at_once.wait(timeout=60)
            return writer.commit()

    with ThreadPoolExecutor(4) as pool:
        blobs = set(pool.map(put, range(4)))
    assert len(blobs) == 1
    assert place.store.read(tenant_id, blobs.pop().digest) == TEXT
    assert place.leftovers() == []


def test_blob_over_the_limit_leaves_nothing(place, tenant_id):
    with pytest.raises(BlobTooLargeError) as caught:
        place.store.put_stream(tenant_id, [TEXT, TEXT], max_bytes=len(TEXT) + 1)
    assert caught.value.extra == {"max_bytes": len(TEXT) + 1}
    assert list(place.store.list_digests(tenant_id)) == []
    assert place.leftovers() == []


def test_blob_of_exactly_the_limit_is_accepted(place, tenant_id):
    assert place.store.put_stream(tenant_id, [TEXT], max_bytes=len(TEXT)).size_bytes == len(TEXT)


def test_aborted_upload_leaves_nothing(place, tenant_id):
    def cut_off():
        yield TEXT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        place.store.put_stream(tenant_id, cut_off())
    with place.store.writer(tenant_id) as writer:
        writer.write(TEXT)
    assert list(place.store.list_digests(tenant_id)) == []
    assert place.leftovers() == []


def test_failed_writer_cannot_commit_the_incomplete_data(place, tenant_id):
    with place.store.writer(tenant_id, max_bytes=10) as writer:
        writer.write(b"12345")
        with pytest.raises(BlobTooLargeError):
            writer.write(b"1234567")
        with pytest.raises(RuntimeError):
            writer.commit()
    assert list(place.store.list_digests(tenant_id)) == []


def test_writer_commits_only_once(place, tenant_id):
    with place.store.writer(tenant_id) as writer:
        blob = writer.commit()
        with pytest.raises(RuntimeError):
            writer.commit()
    assert place.store.exists(tenant_id, blob.digest)


def test_deleted_blob_is_missing_and_a_second_delete_does_nothing(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    place.store.delete(tenant_id, blob.digest)
    place.store.delete(tenant_id, blob.digest)
    assert not place.store.exists(tenant_id, blob.digest)
    with pytest.raises(BlobMissingError):
        place.store.read(tenant_id, blob.digest)


def test_only_blobs_older_than_the_time_are_listed_and_deleted(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    now = datetime.now(UTC)
    earlier, later = now - timedelta(minutes=1), now + timedelta(minutes=1)
    assert list(place.store.list_older(tenant_id, earlier)) == []
    assert not place.store.delete_older(tenant_id, blob.digest, earlier)
    assert place.store.exists(tenant_id, blob.digest)
    assert list(place.store.list_older(tenant_id, later)) == [blob.digest]
    assert place.store.delete_older(tenant_id, blob.digest, later)
    assert not place.store.exists(tenant_id, blob.digest)
    assert not place.store.delete_older(tenant_id, blob.digest, later)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "\x00" * 64])
def test_string_that_is_no_digest_refers_to_no_blob(place, tenant_id, digest):
    assert not place.store.exists(tenant_id, digest)
    place.store.delete(tenant_id, digest)
    with pytest.raises(BlobMissingError):
        place.store.read(tenant_id, digest)
    with pytest.raises(BlobMissingError), place.store.materialise(tenant_id, digest):
        pytest.fail("the blob was materialised")


def test_stored_bytes_contain_no_plaintext(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    assert TEXT[:16] not in place.get_raw(name_of(tenant_id, blob.digest))


def test_opening_blob_under_another_name_or_tenant_is_rejected(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    raw = place.get_raw(name_of(tenant_id, blob.digest))
    other_digest = place.store.put_bytes(tenant_id, b"another").digest
    other_tenant = uuid4()
    place.store.put_bytes(other_tenant, b"creates the tenant's key")

    place.put_raw(name_of(tenant_id, other_digest), raw)
    place.put_raw(name_of(other_tenant, blob.digest), raw)
    for tenant, digest in ((tenant_id, other_digest), (other_tenant, blob.digest)):
        with pytest.raises(BlobDamagedError), place.store.open(tenant, digest):
            pytest.fail("the blob was opened")


def test_storing_a_damaged_blob_again_repairs_it(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    place.put_raw(name_of(tenant_id, blob.digest), b"FNB1 damaged")
    with pytest.raises(BlobDamagedError):
        place.store.read(tenant_id, blob.digest)
    place.store.put_bytes(tenant_id, TEXT)
    assert place.store.read(tenant_id, blob.digest) == TEXT


def test_damage_while_materialising_leaves_no_plaintext(place, tenant_id):
    blob = place.store.put_bytes(tenant_id, TEXT)
    raw = place.get_raw(name_of(tenant_id, blob.digest))
    place.put_raw(name_of(tenant_id, blob.digest), raw[:-1])
    with pytest.raises(BlobDamagedError), place.store.materialise(tenant_id, blob.digest):
        pytest.fail("the blob was materialised")
    assert place.leftovers() == []


def test_sweep_deletes_old_files_and_keeps_writes_in_progress(place, tenant_id):
    old = place.backend.spool_dir / "left-by-crash"
    old.write_bytes(b"partial")
    os.utime(old, (0, 0))
    with place.store.writer(tenant_id) as writer:
        writer.write(TEXT)
        assert place.store.sweep_partial(timedelta(hours=1)) == 1
        blob = writer.commit()
    assert not old.exists()
    assert place.store.sweep_partial(timedelta(0)) == 0
    assert place.store.exists(tenant_id, blob.digest)

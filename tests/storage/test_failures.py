"""The effects of storage failures on callers: a crash, a full or broken disk, an S3 server that is down."""

import errno
import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.storage.encryption import EncryptingWriter
from app.storage.errors import StorageFullError, StorageUnavailableError
from app.storage.factory import build_blob_store
from app.storage.local import LocalObjects
from app.storage.s3 import S3Objects, build_s3_client
from app.storage.store import EncryptedBlobStore
from tests.small_disk import small_disk

CRASH = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
from app.storage.encryption import EncryptingWriter
from app.storage.keyring import DataKey
from app.storage.local import LocalObjects
from app.storage.store import EncryptedBlobStore

class Keys:
    def get_current(self, tenant_id):
        return DataKey(1, bytes(32))

root = Path(sys.argv[1])
store = EncryptedBlobStore(backend=LocalObjects(root=root), keyring=Keys())
with store.writer(UUID(int=1)) as writer:
    writer.write(bytes(3 << 20))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_writer_leaves_only_files_that_the_sweep_deletes(tmp_path, keyring):
    root = tmp_path / "blobs"
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(root)], cwd=Path(__file__).parents[2], check=False, timeout=30
    )
    assert done.returncode == -signal.SIGKILL
    files = [path for path in root.rglob("*") if path.is_file()]
    assert [path.parent for path in files] == [root / ".partial"]
    assert files[0].stat().st_mode & 0o777 == 0o600

    store = EncryptedBlobStore(backend=LocalObjects(root=root), keyring=keyring)
    assert store.sweep_partial(timedelta(0)) == 1
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_full_disk_raises_storage_full_and_leaves_nothing(local_place, tenant_id, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(EncryptingWriter, "write", full)
    with pytest.raises(StorageFullError, match="full"):
        local_place.store.put_bytes(tenant_id, b"text")
    assert local_place.leftovers() == []


def test_floor_of_free_space_ends_writes_in_progress_and_reading_goes_on(tmp_path, keyring, tenant_id):
    with small_disk(tmp_path / "disk", 64 << 20) as disk:
        backend = LocalObjects(root=disk.path / "blobs")
        store = EncryptedBlobStore(backend=backend, keyring=keyring, min_free_bytes=8 << 20)
        digest = store.put_bytes(tenant_id, b"text").digest
        with pytest.raises(StorageFullError, match="can still be read"), store.writer(tenant_id) as writer:
            writer.write(bytes(2 << 20))
            disk.fill(left=4 << 20)
            writer.write(b"more")
        assert list(backend.spool_dir.iterdir()) == []
        with pytest.raises(StorageFullError):
            store.put_bytes(tenant_id, b"other")
        assert store.read(tenant_id, digest) == b"text"
        disk.empty()
        assert store.exists(tenant_id, store.put_bytes(tenant_id, b"other").digest)


def test_file_is_flushed_before_its_rename_and_the_folder_afterwards(local_place, tenant_id, monkeypatch):
    events = []
    real_sync, real_replace = os.fsync, Path.replace

    def fsync(handle):
        events.append("file" if os.path.isfile(f"/proc/self/fd/{handle}") else "folder")  # noqa: PTH113 - the path is a link
        real_sync(handle)

    def rename(self, target):
        events.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    local_place.store.put_bytes(tenant_id, b"text")
    assert events[0] == "file"
    assert events[-2:] == ["rename", "folder"]


def test_output_is_stored_without_waiting_for_the_disk(local_place, tenant_id, monkeypatch):
    first = local_place.store.put_bytes(tenant_id, b"text")
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("flushed"))
    again = local_place.store.put_output(tenant_id, b"text")
    assert again == first
    assert local_place.store.read(tenant_id, again.digest) == b"text"


def test_folder_of_an_output_is_flushed(local_place, tenant_id, monkeypatch):
    flushed = []
    real_sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (flushed.append(handle), real_sync(handle)))
    local_place.store.put_output(tenant_id, b"text")
    assert flushed


def test_broken_disk_raises_unavailable(tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StorageUnavailableError):
        LocalObjects(root=tmp_path / "taken")


@pytest.fixture
def closed_port_url(free_port_number):
    return f"http://127.0.0.1:{free_port_number}"


@pytest.fixture
def free_port_number():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_call_raises_unavailable_while_s3_is_down(tmp_path, closed_port_url):
    client = build_s3_client(
        endpoint_url=closed_port_url, region="us-east-1", access_key_id="test", secret_access_key="test"
    )
    backend = S3Objects(client=client, bucket="blobs", spool_dir=tmp_path / "spool")
    spooled = backend.spool_dir / "a"
    spooled.write_bytes(b"a")
    name = "t/aa/aa"
    with pytest.raises(StorageUnavailableError):
        backend.publish(spooled, name)
    with pytest.raises(StorageUnavailableError), backend.open(name):
        pytest.fail("the object was opened")
    with pytest.raises(StorageUnavailableError):
        backend.exists(name)
    with pytest.raises(StorageUnavailableError):
        list(backend.list_objects("t/"))


def test_missing_bucket_is_unavailable_rather_than_a_missing_blob(tmp_path, s3_url):
    client = build_s3_client(endpoint_url=s3_url, region="us-east-1", access_key_id="test", secret_access_key="test")
    backend = S3Objects(client=client, bucket="no-such-bucket", spool_dir=tmp_path / "spool")
    with pytest.raises(StorageUnavailableError), backend.open("t/aa/aa"):
        pytest.fail("the object was opened")
    with pytest.raises(StorageUnavailableError):
        backend.exists("t/aa/aa")


def test_unmounted_folder_is_unavailable_rather_than_missing_blobs(local_place, tenant_id, tmp_path):
    digest = local_place.store.put_bytes(tenant_id, b"text").digest
    mounted = tmp_path / "blobs"
    mounted.rename(tmp_path / "elsewhere")
    mounted.mkdir()
    with pytest.raises(StorageUnavailableError):
        local_place.store.exists(tenant_id, digest)
    with pytest.raises(StorageUnavailableError):
        local_place.store.read(tenant_id, digest)
    mounted.rmdir()
    (tmp_path / "elsewhere").rename(mounted)
    assert local_place.store.read(tenant_id, digest) == b"text"


def test_large_blob_is_sent_to_s3_in_parts(s3_place, s3_url, tmp_path, tenant_id):
    client = build_s3_client(endpoint_url=s3_url, region="us-east-1", access_key_id="test", secret_access_key="test")
    client.create_bucket(Bucket="parts")
    backend = S3Objects(client=client, bucket="parts", spool_dir=tmp_path / "parts", part_bytes=5 << 20)
    spooled = backend.spool_dir / "big"
    spooled.write_bytes(os.urandom(11 << 20))
    content = spooled.read_bytes()
    backend.publish(spooled, "t/aa/aa")
    assert client.head_object(Bucket="parts", Key="t/aa/aa")["ETag"].endswith('-3"')
    with backend.open("t/aa/aa") as source:
        assert source.read(len(content) + 1) == content


def test_factory_builds_a_store_over_s3(s3_url, tmp_path, key_file, data_keys, tenant_id):
    access = {
        "endpoint_url": s3_url,
        "region": "us-east-1",
        "access_key_id": "test",
        "secret_access_key": "test",
    }
    build_s3_client(**access).create_bucket(Bucket="made")
    store = build_blob_store(
        kind="s3", root=tmp_path, key_file=key_file, data_keys=data_keys, bucket="made", prefix="/a/", **access
    )
    digest = store.put_bytes(tenant_id, b"text").digest
    assert store.read(tenant_id, digest) == b"text"
    assert list(store.list_digests(tenant_id)) == [digest]


def test_s3_without_a_bucket_is_rejected(tmp_path, key_file, data_keys):
    with pytest.raises(ValueError, match="bucket"):
        build_blob_store(kind="s3", root=tmp_path, key_file=key_file, data_keys=data_keys)

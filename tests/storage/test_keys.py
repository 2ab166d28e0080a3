"""Key files and data keys: created once, rotated without rewriting blobs, rejected with a clear message if wrong."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from app.storage.errors import StorageKeyError
from app.storage.factory import build_blob_store
from app.storage.keyfile import add_key, ensure_key_file, load_key_file
from app.storage.keyring import Keyring


def test_key_file_is_private_and_created_only_once(tmp_path):
    path = tmp_path / "new" / "keys.json"
    assert ensure_key_file(path) is True
    keks = load_key_file(path)
    assert ensure_key_file(path) is False
    assert load_key_file(path) == keks
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
    assert len(keks.get(keks.current)) == 32
    assert repr(keks.get(keks.current)) not in repr(keks)


def test_concurrent_processes_create_one_key_file(tmp_path):
    path = tmp_path / "keys.json"
    at_once = threading.Barrier(6)

    def make(_):
        at_once.wait(timeout=60)
        made = ensure_key_file(path)
        return made, load_key_file(path).current

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(make, range(6)))
    assert sum(made for made, _ in results) == 1
    assert len({current for _, current in results}) == 1


def test_key_file_readable_by_others_is_rejected(key_file):
    key_file.chmod(0o644)
    with pytest.raises(StorageKeyError, match="0600"):
        load_key_file(key_file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"format": "footnote-keys-1", "current": "a", "keys": {}}',
        '{"format": "footnote-keys-1", "current": "a", "keys": {"a": "c2hvcnQ="}}',
        '{"format": "footnote-keys-1", "current": "a", "keys": {"a": 5}}',
        '{"format": "other", "current": "a", "keys": {"a": "' + "A" * 43 + '="}}',
    ],
)
def test_damaged_key_file_is_rejected_with_a_message(key_file, content):
    key_file.write_text(content)
    with pytest.raises(StorageKeyError, match="restore it"):
        load_key_file(key_file)


def test_missing_key_file_is_rejected_with_a_message(tmp_path):
    with pytest.raises(StorageKeyError, match="cannot be read"):
        load_key_file(tmp_path / "none.json")


def test_each_tenant_has_its_own_key_shared_by_all_processes(keyring, key_file, data_keys):
    mine, other = uuid4(), uuid4()
    key = keyring.get_current(mine)
    assert keyring.get_current(mine) == key
    assert keyring.get_current(other).secret != key.secret
    assert key.secret not in data_keys.rows[(mine, 1)].wrapped_key
    elsewhere = Keyring(keks=load_key_file(key_file), repository=data_keys)
    assert elsewhere.get_current(mine) == key
    assert elsewhere.find(mine, 1) == key
    assert elsewhere.find(mine, 2) is None


def test_first_writers_of_a_tenant_agree_on_one_key(key_file, data_keys, tenant_id):
    keks = load_key_file(key_file)
    at_once = threading.Barrier(4)

    def first_key(_):
        keyring = Keyring(keks=keks, repository=data_keys)
        at_once.wait(timeout=60)
        return keyring.get_current(tenant_id).secret

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(first_key, range(4)))) == 1


def test_key_wrapped_for_another_tenant_or_version_is_rejected(keyring, data_keys, tenant_id):
    keyring.get_current(tenant_id)
    row = data_keys.rows[(tenant_id, 1)]
    other = uuid4()
    data_keys.insert(replace(row, tenant_id=other))
    data_keys.insert(replace(row, version=2))
    with pytest.raises(StorageKeyError):
        keyring.get_current(other)
    with pytest.raises(StorageKeyError):
        keyring.find(tenant_id, 2)


def test_wrong_key_file_is_rejected_with_a_message(keyring, data_keys, tenant_id, tmp_path):
    keyring.get_current(tenant_id)
    ensure_key_file(tmp_path / "other.json")
    keyring_with_wrong_file = Keyring(keks=load_key_file(tmp_path / "other.json"), repository=data_keys)
    with pytest.raises(StorageKeyError, match="put it back"):
        keyring_with_wrong_file.get_current(tenant_id)


def test_old_key_is_not_needed_after_rotation_and_rewrap(key_file, data_keys, tenant_id, tmp_path):
    def open_store():
        return build_blob_store(kind="local", root=tmp_path / "b", key_file=key_file, data_keys=data_keys)

    digest = open_store().put_bytes(tenant_id, b"before").digest
    old = load_key_file(key_file).current
    new = add_key(key_file)
    assert load_key_file(key_file).current == new
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert open_store().read(tenant_id, digest) == b"before"

    keyring = Keyring(keks=load_key_file(key_file), repository=data_keys)
    assert keyring.rewrap(tenant_id) == 1
    assert keyring.rewrap(tenant_id) == 0
    content = json.loads(key_file.read_text())
    del content["keys"][old]
    key_file.write_text(json.dumps(content))
    assert open_store().read(tenant_id, digest) == b"before"


def test_blobs_under_an_earlier_data_key_stay_readable(local_place, tenant_id):
    before = local_place.store.put_bytes(tenant_id, b"before").digest
    assert local_place.keyring.rotate_data_key(tenant_id) == 2
    after = local_place.store.put_bytes(tenant_id, b"after").digest
    assert local_place.store.read(tenant_id, before) == b"before"
    assert local_place.store.read(tenant_id, after) == b"after"

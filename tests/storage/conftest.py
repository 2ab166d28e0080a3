"""Fixtures: blob stores on local disk and on S3 (moto's server on loopback), with data keys in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from moto.server import ThreadedMotoServer

from app.storage.keyfile import ensure_key_file, load_key_file
from app.storage.keyring import Keyring, WrappedDataKey
from app.storage.local import LocalObjects
from app.storage.port import ObjectBackend
from app.storage.s3 import S3Objects, build_s3_client
from app.storage.store import EncryptedBlobStore

FRAME_BYTES = 64  # small, so that short blobs have many frames


@dataclass
class MemoryDataKeys:
    """Implements `DataKeyRepository` with a dict."""

    rows: dict[tuple[UUID, int], WrappedDataKey] = field(default_factory=dict)

    def find_latest(self, tenant_id: UUID) -> WrappedDataKey | None:
        return max(self.list_all(tenant_id), key=lambda row: row.version, default=None)

    def find(self, tenant_id: UUID, version: int) -> WrappedDataKey | None:
        return self.rows.get((tenant_id, version))

    def insert(self, key: WrappedDataKey) -> WrappedDataKey:
        return self.rows.setdefault((key.tenant_id, key.version), key)

    def list_all(self, tenant_id: UUID) -> list[WrappedDataKey]:
        return [row for (owner, _), row in list(self.rows.items()) if owner == tenant_id]

    def replace(self, old: WrappedDataKey, new: WrappedDataKey) -> bool:
        same = self.rows.get((old.tenant_id, old.version)) == old
        if same:
            self.rows[(new.tenant_id, new.version)] = new
        return same


@dataclass(frozen=True)
class Place:
    """A store, with direct access to its encrypted objects."""

    store: EncryptedBlobStore
    keyring: Keyring
    backend: ObjectBackend
    get_raw: Callable[[str], bytes]
    put_raw: Callable[[str, bytes], None]
    leftovers: Callable[[], list[str]]


@pytest.fixture
def data_keys() -> MemoryDataKeys:
    return MemoryDataKeys()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "secrets" / "keys.json"
    ensure_key_file(path)
    return path


@pytest.fixture
def keyring(key_file: Path, data_keys: MemoryDataKeys) -> Keyring:
    return Keyring(keks=load_key_file(key_file), repository=data_keys)


@pytest.fixture
def tenant_id() -> UUID:
    return uuid4()


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def make_place(backend: ObjectBackend, keyring: Keyring) -> Place:
    store = EncryptedBlobStore(backend=backend, keyring=keyring, frame_bytes=FRAME_BYTES)

    def get_raw(name: str) -> bytes:
        with backend.open(name) as source:
            return source.read(1 << 26)

    def put_raw(name: str, content: bytes) -> None:
        spooled = backend.spool_dir / f"raw-{uuid4()}"
        spooled.write_bytes(content)
        backend.publish(spooled, name)
        spooled.unlink(missing_ok=True)

    def leftovers() -> list[str]:
        return [path.name for path in backend.spool_dir.iterdir()]

    return Place(store, keyring, backend, get_raw, put_raw, leftovers)


@pytest.fixture
def local_place(tmp_path: Path, keyring: Keyring) -> Place:
    return make_place(LocalObjects(root=tmp_path / "blobs"), keyring)


@pytest.fixture
def s3_place(tmp_path: Path, keyring: Keyring, s3_url: str) -> Place:
    client = build_s3_client(endpoint_url=s3_url, region="us-east-1", access_key_id="test", secret_access_key="test")
    bucket = f"blobs-{uuid4()}"
    client.create_bucket(Bucket=bucket)
    backend = S3Objects(client=client, bucket=bucket, prefix="footnote", spool_dir=tmp_path / "spool")
    return make_place(backend, keyring)


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue(f"{request.param}_place")
    return place

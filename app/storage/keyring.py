"""The tenants' data keys. They are AES-256 keys, and are stored wrapped by a key-encryption key (KEK) of the key file.

A data key is wrapped with AES-256-GCM: the stored value is the nonce (12 bytes), the ciphertext and the tag. The
tenant, the version and the KEK's id are associated data, so a wrapped key that is copied to another tenant's row
cannot be unwrapped.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.storage.errors import StorageKeyError
from app.storage.keyfile import KeyEncryptionKeys

_NONCE_BYTES = 12
_FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class DataKey:
    """A tenant's unwrapped data key; `repr` hides `secret` (32 bytes)."""

    version: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedDataKey:
    """A row of `tenant_keys`. Only the KEK with the id `kek_id` can unwrap its key."""

    tenant_id: UUID
    version: int
    wrapped_key: bytes
    kek_id: str


class DataKeyRepository(Protocol):
    """Stores wrapped data keys by (tenant_id, version). Each method runs a short transaction of its own."""

    def find_latest(self, tenant_id: UUID) -> WrappedDataKey | None:
        """Return the row of the highest version."""

    def find(self, tenant_id: UUID, version: int) -> WrappedDataKey | None: ...

    def insert(self, key: WrappedDataKey) -> WrappedDataKey:
        """Insert a row unless (tenant, version) exists (`ON CONFLICT DO NOTHING`). Return the row that is stored."""

    def list_all(self, tenant_id: UUID) -> Sequence[WrappedDataKey]:
        """Return all versions of a tenant's key."""

    def replace(self, old: WrappedDataKey, new: WrappedDataKey) -> bool:
        """Replace the row by `new` if it still equals `old`; return False if another writer changed it."""


class Keyring:
    """Returns tenants' data keys, and caches them in memory. It creates a tenant's first key when the key is needed."""

    def __init__(self, *, keks: KeyEncryptionKeys, repository: DataKeyRepository) -> None:
        self._keks = keks
        self._repository = repository
        self._lock = threading.Lock()
        self._known: dict[tuple[UUID, int], DataKey] = {}
        self._latest: dict[UUID, int] = {}

    def get_current(self, tenant_id: UUID) -> DataKey:
        """Return the key to encrypt with. Raises StorageKeyError."""
        with self._lock:
            version = self._latest.get(tenant_id)
            if version is not None:
                return self._known[(tenant_id, version)]
        row = self._repository.find_latest(tenant_id)
        if row is None:
            # If two processes create the first key at the same time, both use the row that was inserted first.
            row = self._repository.insert(self._wrap(tenant_id, DataKey(_FIRST_VERSION, os.urandom(32))))
        return self._remember(row, latest=True)

    def find(self, tenant_id: UUID, version: int) -> DataKey | None:
        """Return the key with the version in a blob's header; None if there is none. Raises StorageKeyError."""
        with self._lock:
            known = self._known.get((tenant_id, version))
        if known is not None:
            return known
        # The header is not verified yet, so the version may be too large for the column, a signed 32-bit integer.
        row = self._repository.find(tenant_id, version) if _FIRST_VERSION <= version < 1 << 31 else None
        return None if row is None else self._remember(row, latest=False)

    def rotate_data_key(self, tenant_id: UUID) -> int:
        """Create a new data key for a tenant, and return its version. Blobs encrypted with earlier keys stay readable.

        Other processes continue to encrypt with the key in their cache until they restart.
        """
        version = self.get_current(tenant_id).version + 1
        row = self._repository.insert(self._wrap(tenant_id, DataKey(version, os.urandom(32))))
        return self._remember(row, latest=True).version

    def rewrap(self, tenant_id: UUID) -> int:
        """Find a tenant's data keys that are wrapped by an earlier KEK, and wrap them with the current KEK instead.
        Return the number of changed keys.

        Blobs do not change. Once the method returns 0 for every tenant, the earlier KEK may be removed from the key
        file.
        """
        stale = [row for row in self._repository.list_all(tenant_id) if row.kek_id != self._keks.current]
        return sum(self._repository.replace(row, self._wrap(tenant_id, self._unwrap(row))) for row in stale)

    def _remember(self, row: WrappedDataKey, *, latest: bool) -> DataKey:
        key = self._unwrap(row)
        with self._lock:
            self._known[(row.tenant_id, row.version)] = key
            if latest:
                self._latest[row.tenant_id] = row.version
        return key

    def _wrap(self, tenant_id: UUID, key: DataKey) -> WrappedDataKey:
        kek_id = self._keks.current
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keks.get(kek_id)).encrypt(
            nonce, key.secret, _wrapping_data(tenant_id, key.version, kek_id)
        )
        return WrappedDataKey(tenant_id, key.version, nonce + sealed, kek_id)

    def _unwrap(self, row: WrappedDataKey) -> DataKey:
        nonce, sealed = row.wrapped_key[:_NONCE_BYTES], row.wrapped_key[_NONCE_BYTES:]
        associated = _wrapping_data(row.tenant_id, row.version, row.kek_id)
        try:
            secret = AESGCM(self._keks.get(row.kek_id)).decrypt(nonce, sealed, associated)
        except (InvalidTag, ValueError) as error:
            raise StorageKeyError(
                "The key file is not the one that the stored files were encrypted with: put the right one back."
            ) from error
        return DataKey(row.version, secret)


def _wrapping_data(tenant_id: UUID, version: int, kek_id: str) -> bytes:
    return b"footnote data key v1" + tenant_id.bytes + version.to_bytes(4, "big") + kek_id.encode()

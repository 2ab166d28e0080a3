"""Small secrets at rest (passwords of files, stored responses), encrypted with the tenant's data key.

Format: 1 byte version 1, 4 bytes data key version, 12 bytes nonce, AES-256-GCM of the text. Each tenant and purpose has
its own key, so that a sealed value cannot be opened in another place.
"""

import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.storage.errors import BlobDamagedError
from app.storage.keyring import DataKey, Keyring

_VERSION = b"\x01"
_HEADER = 5
_NONCE_BYTES = 12


class Sealer:
    """Seals and opens values of a tenant."""

    def __init__(self, *, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, tenant_id: UUID, purpose: str, plain: bytes) -> bytes:
        """Encrypt a value for this tenant and purpose. Raises StorageKeyError."""
        key = self._keyring.get_current(tenant_id)
        header = _VERSION + key.version.to_bytes(4, "big")
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + _cipher(key, tenant_id, purpose).encrypt(nonce, plain, header)

    def digest(self, tenant_id: UUID, purpose: str, plain: bytes) -> str:
        """Return a keyed digest (HMAC-SHA256, hex): equal values have equal digests, and nobody can guess the value.

        Raises StorageKeyError.
        """
        key = self._keyring.get_current(tenant_id)
        return hmac.digest(_derive(key, tenant_id, f"digest of {purpose}"), plain, "sha256").hex()

    def open(self, tenant_id: UUID, purpose: str, sealed: bytes) -> bytes:
        """Decrypt a value. Raises BlobDamagedError (also for another tenant or purpose), StorageKeyError."""
        header, nonce, body = (
            sealed[:_HEADER],
            sealed[_HEADER : _HEADER + _NONCE_BYTES],
            sealed[_HEADER + _NONCE_BYTES :],
        )
        key = self._keyring.find(tenant_id, int.from_bytes(header[1:], "big")) if header[:1] == _VERSION else None
        if key is None or len(nonce) != _NONCE_BYTES:
            raise BlobDamagedError
        try:
            return _cipher(key, tenant_id, purpose).decrypt(nonce, body, header)
        except InvalidTag as error:
            raise BlobDamagedError from error


def _cipher(key: DataKey, tenant_id: UUID, purpose: str) -> AESGCM:
    """Return the cipher of this tenant and purpose (key by HKDF, RFC 5869), separate from the keys of blobs."""
    return AESGCM(_derive(key, tenant_id, purpose))


def _derive(key: DataKey, tenant_id: UUID, purpose: str) -> bytes:
    info = b"footnote sealed value v1" + tenant_id.bytes + purpose.encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key.secret)

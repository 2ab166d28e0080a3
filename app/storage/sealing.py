"""Encrypts small secrets, such as passwords of files and stored responses, with the tenant's data key.

The format is 1 byte for the format's version (1), 4 bytes for the data key's version, 12 bytes of nonce, and the
AES-256-GCM ciphertext. Each tenant and purpose has its own key, so a value that is copied to another tenant or purpose
cannot be decrypted.
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
    """Encrypts and decrypts a tenant's values."""

    def __init__(self, *, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, tenant_id: UUID, purpose: str, plain: bytes) -> bytes:
        """Encrypt a value for this tenant and purpose. Raises StorageKeyError."""
        key = self._keyring.get_current(tenant_id)
        header = _VERSION + key.version.to_bytes(4, "big")
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + _cipher(key, tenant_id, purpose).encrypt(nonce, plain, header)

    def digest(self, tenant_id: UUID, purpose: str, plain: bytes) -> str:
        """Return a keyed digest (HMAC-SHA256, hex). Equal values have equal digests until the data key is rotated.

        Without the key, the value cannot be found by trying likely values. Raises StorageKeyError.
        """
        key = self._keyring.get_current(tenant_id)
        return hmac.digest(_derive(key, tenant_id, f"digest of {purpose}"), plain, "sha256").hex()

    def open(self, tenant_id: UUID, purpose: str, sealed: bytes) -> bytes:
        """Decrypt a value. Raises StorageKeyError; BlobDamagedError, also for a value of another tenant or purpose."""
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
    """Return the cipher for a tenant and purpose. HKDF (RFC 5869) derives its key, which is not the key of any blob."""
    return AESGCM(_derive(key, tenant_id, purpose))


def _derive(key: DataKey, tenant_id: UUID, purpose: str) -> bytes:
    info = b"footnote sealed value v1" + tenant_id.bytes + purpose.encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key.secret)

"""The format of an encrypted blob: a sealed header, then frames. Removed, reordered or replaced frames are detected.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", CRYPTO 2015), as in age and in Tink's streaming AES-GCM-HKDF:

    header  magic "FNB1" | key version u32 | frame size u32 | plaintext size u64 | salt 32 bytes | seal 16
    frame   AES-256-GCM of up to `frame size` bytes, then its tag of 16 bytes; an empty blob has one empty frame

Integers are big-endian. Each blob has its own key: HKDF-SHA256 (RFC 5869) of the tenant's data key and the salt, with
the tenant in `info`. A frame's nonce is its index (11 bytes) and a flag for the last frame (1 byte), so a key never
uses a nonce twice. The seal is the GCM tag of an empty plaintext. Its nonce has all bits set; its associated data are
the header, the tenant and the digest. A reader checks the seal first, so it returns no byte of a blob with the wrong
name, tenant or length.
"""

import hashlib
import io
import os
import struct
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.storage.errors import BlobDamagedError
from app.storage.keyring import DataKey, Keyring
from app.storage.port import ByteSource

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FRAME_BYTES = 1 << 20
_MAX_FRAME_BYTES = 1 << 24
_MAGIC = b"FNB1"
_FIXED = struct.Struct(">4sIIQ32s")
_TAG_BYTES = 16
_HEADER_BYTES = _FIXED.size + _TAG_BYTES
_SEAL_NONCE = b"\xff" * 12


def _file_cipher(key: DataKey, salt: bytes, tenant_id: UUID) -> AESGCM:
    info = b"footnote blob v1" + tenant_id.bytes
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key.secret))


def _frame_nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


def _seal_data(fixed: bytes, tenant_id: UUID, digest: str) -> bytes:
    return fixed + tenant_id.bytes + digest.encode()


class EncryptingWriter:
    """Encrypts data into a seekable file, and computes the SHA-256 digest of the plaintext at the same time."""

    def __init__(self, target: BinaryIO, *, tenant_id: UUID, key: DataKey, frame_bytes: int = FRAME_BYTES) -> None:
        self._target = target
        self._tenant_id = tenant_id
        self._key_version = key.version
        self._frame_bytes = frame_bytes
        self._salt = os.urandom(32)
        self._cipher = _file_cipher(key, self._salt, tenant_id)
        self._sha256 = hashlib.sha256()
        self._pending = bytearray()
        self._frames = 0
        self.size_bytes = 0
        target.write(bytes(_HEADER_BYTES))

    def write(self, data: bytes) -> None:
        self._sha256.update(data)
        self.size_bytes += len(data)
        self._pending += data
        # Write a full frame only when more data follows, because the last frame has a different nonce.
        start = 0
        while len(self._pending) - start > self._frame_bytes:
            self._put_frame(bytes(memoryview(self._pending)[start : start + self._frame_bytes]), last=False)
            start += self._frame_bytes
        if start:
            del self._pending[:start]

    def finish(self) -> str:
        """Write the last frame and the sealed header; return the digest of the plaintext."""
        self._put_frame(bytes(self._pending), last=True)
        self._pending.clear()
        digest = self._sha256.hexdigest()
        fixed = _FIXED.pack(_MAGIC, self._key_version, self._frame_bytes, self.size_bytes, self._salt)
        seal = self._cipher.encrypt(_SEAL_NONCE, b"", _seal_data(fixed, self._tenant_id, digest))
        self._target.seek(0)
        self._target.write(fixed + seal)
        return digest

    def _put_frame(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_frame_nonce(self._frames, last=last), plain, None))
        self._frames += 1


class DecryptingReader(io.RawIOBase):
    """Reads an encrypted blob as plaintext, frame by frame. It returns only verified bytes.

    The constructor checks header, name and tenant; reading checks frames and length. Both raise BlobDamagedError,
    StorageKeyError, and any error of the source.
    """

    def __init__(self, source: ByteSource, *, tenant_id: UUID, digest: str, keyring: Keyring) -> None:
        super().__init__()
        self._source = source
        header = source.read(_HEADER_BYTES)
        if len(header) != _HEADER_BYTES:
            raise BlobDamagedError
        fixed, seal = header[: _FIXED.size], header[_FIXED.size :]
        magic, key_version, self._frame_bytes, self._remaining, salt = _FIXED.unpack(fixed)
        if magic != _MAGIC or not 0 < self._frame_bytes <= _MAX_FRAME_BYTES:
            raise BlobDamagedError
        key = keyring.find(tenant_id, key_version)
        if key is None:
            raise BlobDamagedError
        self._cipher = _file_cipher(key, salt, tenant_id)
        self._decrypt(_SEAL_NONCE, seal, _seal_data(fixed, tenant_id, digest))
        self._index = 0
        self._frame = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if not self._frame and not self._ended:
            self._next_frame()
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._frame))
        view[:count] = self._frame[:count]
        self._frame = self._frame[count:]
        return count

    def _next_frame(self) -> None:
        length = min(self._frame_bytes, self._remaining)
        last = self._remaining <= self._frame_bytes
        sealed = self._source.read(length + _TAG_BYTES)
        if len(sealed) != length + _TAG_BYTES or (last and self._source.read(1)):
            raise BlobDamagedError
        self._frame = memoryview(self._decrypt(_frame_nonce(self._index, last=last), sealed, None))
        self._remaining -= length
        self._index += 1
        self._ended = last

    def _decrypt(self, nonce: bytes, sealed: bytes, associated: bytes | None) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, associated)
        except InvalidTag as error:
            raise BlobDamagedError from error

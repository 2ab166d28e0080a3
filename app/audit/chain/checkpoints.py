"""A checkpoint is the last link of a tenant's chain at one time, signed with Ed25519 (RFC 8032). The signing key is not
in the database.

Anyone who controls the database can rewrite the chain, but cannot sign the rewritten links. Signing keys are derived
(HKDF-SHA256, RFC 5869) from the installation's key-encryption keys and have the same ids. Rotating a key-encryption key
also rotates the signing key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.audit.chain.hashing import from_microseconds, microseconds, serialise
from app.audit.errors import CheckpointFormatError
from app.storage.keyfile import KeyEncryptionKeys

_FORMAT = "footnote-audit-checkpoint-1"
_PURPOSE = b"footnote audit checkpoints v1"

PublicKeys = Mapping[str, Ed25519PublicKey]
"""The trusted keys, by id."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed link of a tenant's chain; `hash` is the hash of link `sequence`."""

    tenant_id: UUID
    sequence: int
    hash: bytes
    signed_at: datetime
    key_id: str
    signature: bytes

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        try:
            key.verify(self.signature, _message(self.tenant_id, self.sequence, self.hash, self.signed_at, self.key_id))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """A signing key; `repr` hides its private part."""

    id: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()

    def sign(self, *, tenant_id: UUID, sequence: int, link_hash: bytes, signed_at: datetime) -> Checkpoint:
        message = _message(tenant_id, sequence, link_hash, signed_at, self.id)
        return Checkpoint(tenant_id, sequence, link_hash, signed_at, self.id, self.private.sign(message))


class CheckpointCopies(Protocol):
    """Stores copies of checkpoints outside the database. Control of the database is not enough to change them."""

    def keep(self, checkpoint: Checkpoint) -> Checkpoint:
        """Store a copy permanently, unless the link already has a copy. Return the stored copy.

        Raises StorageUnavailableError; CheckpointFormatError if the stored object is not a checkpoint of that link.
        """

    def find_newest(self, tenant_id: UUID, *, since: int) -> Checkpoint | None:
        """Return the valid copy with the highest link number; None if there is none. The search is fast if that number
        is at least `since`.

        Raises StorageUnavailableError.
        """


def current_key(keks: KeyEncryptionKeys) -> CheckpointKey:
    """Return the current signing key."""
    return _derive(keks.current, keks.get(keks.current))


def public_keys(keks: KeyEncryptionKeys) -> dict[str, Ed25519PublicKey]:
    """Return the public key for each key-encryption key in the key file, by id."""
    return {kek_id: _derive(kek_id, kek).public for kek_id, kek in keks.keys.items()}


def print_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the checkpoint as one line of JSON."""
    return json.dumps(
        {
            "format": _FORMAT,
            "tenant_id": str(checkpoint.tenant_id),
            "sequence": checkpoint.sequence,
            "hash": checkpoint.hash.hex(),
            "signed_at_microseconds": microseconds(checkpoint.signed_at),
            "key_id": checkpoint.key_id,
            "signature": checkpoint.signature.hex(),
        }
    )


def parse_checkpoint(line: str) -> Checkpoint:
    """Return the checkpoint in a line of JSON. Raises CheckpointFormatError."""
    try:
        line.encode()
        fields = json.loads(line)
        fields["key_id"].encode()  # rejects a lone surrogate, which cannot be hashed
        if fields["format"] != _FORMAT:
            raise CheckpointFormatError
        return Checkpoint(
            tenant_id=UUID(fields["tenant_id"]),
            sequence=int(fields["sequence"]),
            hash=bytes.fromhex(fields["hash"]),
            signed_at=from_microseconds(int(fields["signed_at_microseconds"])),
            key_id=str(fields["key_id"]),
            signature=bytes.fromhex(fields["signature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise CheckpointFormatError from error


def parse_public_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """Parse a key as printed by `footnote audit key`: `<id>:<64 hex digits>`. Raises CheckpointFormatError."""
    key_id, _, digits = text.strip().rpartition(":")
    try:
        return key_id, Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits))
    except ValueError as error:
        raise CheckpointFormatError("A public key has the form <id>:<64 hex digits>.") from error


def _derive(kek_id: str, kek: bytes) -> CheckpointKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(kek)
    return CheckpointKey(id=kek_id, private=Ed25519PrivateKey.from_private_bytes(seed))


def _message(tenant_id: UUID, sequence: int, link_hash: bytes, signed_at: datetime, key_id: str) -> bytes:
    return serialise(_FORMAT, tenant_id, sequence, link_hash.hex(), microseconds(signed_at), key_id)

"""The key file: key-encryption keys by id, and the current id. Anyone with this file can decrypt all blobs."""

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from app.storage.errors import StorageKeyError

_FORMAT = "footnote-keys-1"
_KEY_BYTES = 32
# The permitted modes: all rights for the owner, read rights for the group (mounted secrets need them), none for others.
_TOO_OPEN = 0o037
_NOT_OURS = "The key file is damaged or not a Footnote key file: restore it."


@dataclass(frozen=True, slots=True)
class KeyEncryptionKeys:
    """The key-encryption keys (KEKs) of a key file, 32 bytes each. New data keys are wrapped with the KEK `current`."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def get(self, kek_id: str) -> bytes:
        """Return the key. Raises StorageKeyError if the file does not contain it."""
        try:
            return self.keys[kek_id]
        except KeyError as error:
            raise StorageKeyError(
                "The key file lacks a key that stored files were encrypted with: put it back."
            ) from error


def ensure_key_file(path: Path) -> bool:
    """Create a key file (mode 0600) with one new key, unless the file exists. Return True if it was created.

    If several processes call this at once, exactly one creates the file, and the file is complete. Raises
    StorageKeyError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return False
        kek_id = _new_kek_id()
        draft = _write_draft(path, KeyEncryptionKeys(kek_id, {kek_id: os.urandom(_KEY_BYTES)}))
        try:
            # Use a hard link, which fails if the file exists. A rename would replace the file of a faster process.
            path.hardlink_to(draft)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        _sync_dir(path.parent)
    except OSError as error:
        raise StorageKeyError("The key file cannot be written: check its folder.") from error
    return True


def load_key_file(path: Path) -> KeyEncryptionKeys:
    """Read a key file. Raises StorageKeyError when it is missing, malformed, or open to other users."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise StorageKeyError("The key file cannot be read: check that it exists, and its permissions.") from error
    if mode & _TOO_OPEN:
        raise StorageKeyError("The key file is open to other users: set its mode to 0600.")
    try:
        fields = json.loads(content)
        keys = {str(name): base64.b64decode(key, validate=True) for name, key in fields["keys"].items()}
        current, known_format = str(fields["current"]), fields["format"] == _FORMAT
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageKeyError(_NOT_OURS) from error
    if not known_format or current not in keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise StorageKeyError(_NOT_OURS)
    return KeyEncryptionKeys(current, keys)


def add_key(path: Path) -> str:
    """Add a new KEK to a key file and make it the current one; return its id. Raises StorageKeyError.

    This is the first step of a key rotation. Afterwards, restart all processes and call `Keyring.rewrap`.
    """
    with FileLock(f"{path}.lock"):
        old = load_key_file(path)
        kek_id = _new_kek_id()
        draft = _write_draft(path, KeyEncryptionKeys(kek_id, {**old.keys, kek_id: os.urandom(_KEY_BYTES)}))
        draft.replace(path)
        _sync_dir(path.parent)
    return kek_id


def _new_kek_id() -> str:
    return f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"


def _write_draft(path: Path, keks: KeyEncryptionKeys) -> Path:
    encoded = {name: base64.b64encode(key).decode() for name, key in keks.keys.items()}
    content = json.dumps({"format": _FORMAT, "current": keks.current, "keys": encoded}, indent=2) + "\n"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    return draft


def _sync_dir(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

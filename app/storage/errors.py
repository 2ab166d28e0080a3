"""Errors of stored blobs.

TooLargeError      ← BlobTooLargeError          413
NotFoundError      ← BlobMissingError           404
FootnoteError      ← BlobDamagedError           500  bytes fail their integrity check; a retry does not help
UnavailableError   ← StorageUnavailableError    503  disk or S3 is not responding; try again
                   ← StorageKeyError            503  the key file is missing, readable by others, or lacks the key
InsufficientStorageError ← StorageFullError     507  too little space for further files
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import FootnoteError, InsufficientStorageError, NotFoundError, TooLargeError, UnavailableError


class BlobTooLargeError(TooLargeError):
    code = "file-too-large"
    title = "The file exceeds the size limit: split it, or ask for a higher limit."


class BlobMissingError(NotFoundError):
    code = "blob-missing"
    title = "The stored file is missing: upload it again."


class BlobDamagedError(FootnoteError):
    code = "blob-damaged"
    status = 500
    title = "The stored file is damaged: restore it from a backup or upload it again."


class StorageUnavailableError(UnavailableError):
    code = "storage-unavailable"
    title = "The file storage is not responding: try again shortly."


class StorageFullError(InsufficientStorageError):
    code = "storage-full"
    title = (
        "The file storage is full, so no file can be stored: ask the operator to free some space, then try again. "
        "Documents can still be read."
    )


class StorageKeyError(UnavailableError):
    code = "storage-key-unavailable"
    ends_by_itself = False
    title = "The key that decrypts stored files cannot be used: check the key file."


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def disk_errors_mapped() -> Iterator[None]:
    """Convert disk errors to storage errors.

    Raises BlobMissingError, StorageFullError, StorageUnavailableError.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise BlobMissingError from error
    except OSError as error:
        raise (StorageFullError if error.errno in _FULL else StorageUnavailableError) from error

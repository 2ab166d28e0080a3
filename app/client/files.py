"""Files to upload."""

import os
from collections.abc import Callable
from typing import BinaryIO

from app.client.errors import FileChangedError


class CountedFile:
    """A file that reports how many of its bytes have been read. httpx reads it in parts.

    Its size must not change: the request's Content-Length is sent before the file.
    """

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self._size = os.fstat(file.fileno()).st_size

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        read = self._file.tell()
        if read > self._size or (not part and read < self._size):
            raise FileChangedError
        self._on_bytes(read)
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

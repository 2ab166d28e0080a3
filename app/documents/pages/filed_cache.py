"""Keeps the filings shown last, compressed, in the memory of a process: the next page of a filing needs no new reading.

A caller has read the version with its principal's rights; the cache never reads anything for it.
"""

import threading
import zlib
from collections import OrderedDict
from uuid import UUID

from app.documents.markup.rendering import Filing, decode_filing, encode_filing

MAX_BYTES = 24 << 20
"""The size of all kept filings. A filing of 100 pages takes about 250 kB."""

Key = tuple[UUID, str]
"""A version, and the time of its publication."""


class FilingCache:
    """Keeps up to `max_bytes` of filings. It is thread-safe. The filing used last is also kept ready."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._ready: tuple[Key, Filing] | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key) -> Filing | None:
        with self._lock:
            if self._ready is not None and self._ready[0] == key:
                return self._ready[1]
            packed = self._kept.get(key)
            if packed is None:
                return None
            self._kept.move_to_end(key)
        filing = decode_filing(zlib.decompress(packed))
        with self._lock:
            self._ready = key, filing
        return filing

    def keep(self, key: Key, filing: Filing) -> None:
        packed = zlib.compress(encode_filing(filing), 3)
        with self._lock:
            self._ready = key, filing
            if key in self._kept or len(packed) > self._max_bytes // 2:
                return
            self._kept[key] = packed
            self._bytes += len(packed)
            while self._bytes > self._max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)

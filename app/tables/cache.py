"""Decoded tables, kept by content: a table that several questions read is decoded once in a process.

A caller has the stored table and its pages' texts, which it read with its principal's rights; the cache never reads
anything for it.
"""

import hashlib
import threading
from collections import OrderedDict
from uuid import UUID

from app.tables.codec import StoredTable, Texts, decode_table
from app.tables.model import Table

MAX_CELLS = 60_000
"""The number of cells kept, about 1 KB each with what is derived from them."""

_Key = tuple[UUID, bytes]


class TableCache:
    """Keeps the tables used last, up to `max_cells` cells in total. It is thread-safe."""

    def __init__(self, *, max_cells: int = MAX_CELLS) -> None:
        self._max_cells = max_cells
        self._cells = 0
        self._tables: OrderedDict[_Key, Table] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._tables)

    def decode(self, version_id: UUID, stored: StoredTable, texts: Texts) -> Table:
        """Return the table of a version, decoded now or before. `texts` has the texts of its pages.

        Raises TableEncodingError.
        """
        key = version_id, _digest(stored, texts)
        with self._lock:
            found = self._tables.get(key)
            if found is not None:
                self._tables.move_to_end(key)
                return found
        table = decode_table(stored, texts)
        with self._lock:
            self._keep(key, table)
        return table

    def _keep(self, key: _Key, table: Table) -> None:
        if key in self._tables or len(table.cells) > self._max_cells // 4:
            return
        self._tables[key] = table
        self._cells += len(table.cells)
        while self._cells > self._max_cells:
            _, oldest = self._tables.popitem(last=False)
            self._cells -= len(oldest.cells)


def _digest(stored: StoredTable, texts: Texts) -> bytes:
    """Return the SHA-256 of everything that the decoded table depends on. Lengths separate the parts."""
    digest = hashlib.sha256(repr(stored.listed).encode())
    for page, text in sorted(texts.items()):
        part = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d %d " % (page, len(part)) + part)
    digest.update(stored.data)
    return digest.digest()

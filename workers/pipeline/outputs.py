"""Stores the outputs of stages. An output is a blob, which is found by the output's key.

A process caches its last few decoded outputs, because it often runs the next stage of the same document as well.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar, cast
from uuid import UUID

from app.db.session import Database, system_principal
from app.jobs.repository import OutputRepository
from app.storage.errors import BlobDamagedError, BlobMissingError
from app.storage.port import BlobStore
from workers.pipeline.contract import Encoded

T = TypeVar("T")

_PIECE_BYTES = 1024 * 1024

CACHE_BYTES = 4 * 1024 * 1024
"""The cache's limit, in bytes of encoded outputs.

In memory, a decoded filing takes about eight times its encoded size, and repetitive tables at least fifty times.
"""


class OutputStore:
    """Reads and writes outputs, separately for each tenant. Not thread-safe."""

    def __init__(self, *, database: Database, blobs: BlobStore, cache_bytes: int = CACHE_BYTES) -> None:
        self._database = database
        self._blobs = blobs
        self._cache_bytes = cache_bytes
        self._cached = 0
        self._cache: OrderedDict[tuple[UUID, str], tuple[int, object]] = OrderedDict()

    def find_digests(self, tenant_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Return a mapping of output keys to blob digests, for the outputs that exist."""
        with self._database.transaction(system_principal(tenant_id)) as session:
            return OutputRepository(session).find_many(keys)

    def exists(self, tenant_id: UUID, digest: str) -> bool:
        """Return whether the blob of an output still exists."""
        # Do not look into the cache: the next stage may run in another process, which needs the blob.
        return self._blobs.exists(tenant_id, digest)

    def is_whole(self, tenant_id: UUID, digest: str) -> bool:
        """Return whether every byte of an output's blob can be read. Raises StorageUnavailableError."""
        try:
            with self._blobs.open(tenant_id, digest) as stream:
                while stream.read(_PIECE_BYTES):
                    pass
        except (BlobMissingError, BlobDamagedError):
            return False
        return True

    def read(self, tenant_id: UUID, digest: str, decode: Callable[[bytes], T]) -> T:
        """Return a decoded output. The content of a digest never changes, so cached values do not expire."""
        place = (tenant_id, digest)
        if place in self._cache:
            self._cache.move_to_end(place)
            return cast(T, self._cache[place][1])
        data = self._blobs.read(tenant_id, digest)
        value = decode(data)
        self._remember(place, len(data), value)
        return value

    def write(self, tenant_id: UUID, encoded: Encoded) -> str:
        """Store an output. Return its digest. If a power cut loses it, its stage runs again."""
        stored = self._blobs.put_output(tenant_id, encoded.data)
        self._remember((tenant_id, stored.digest), len(encoded.data), encoded.value)
        return stored.digest

    def _remember(self, place: tuple[UUID, str], size: int, value: object) -> None:
        if size > self._cache_bytes or place in self._cache:
            return
        self._cache[place] = (size, value)
        self._cached += size
        while self._cached > self._cache_bytes:
            _, (dropped, _) = self._cache.popitem(last=False)
            self._cached -= dropped

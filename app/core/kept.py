"""Values that depend on a content alone, kept by it: a page that several questions read is cut into sentences once."""

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Keeps the values used last, up to the size `most` in total. It is thread-safe.

    A key is the whole content that a value is made from. The caller has it already, read with its principal's rights,
    so that a value which another principal's question made reveals nothing.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._size = 0
        self._values: OrderedDict[Hashable, tuple[int, V]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable, size: int, make: Callable[[], V]) -> V:
        """Return the value of `key`, made now or before. A value larger than a quarter of `most` is not kept."""
        found = self._find(key)
        if found is not None:
            return found[0]
        value = make()
        self._keep(key, size, value)
        return value

    async def get_later(self, key: Hashable, size: int, make: Callable[[], Awaitable[V]]) -> V:
        """Like `get`, if the value takes other tasks' work to make."""
        found = self._find(key)
        if found is not None:
            return found[0]
        value = await make()
        self._keep(key, size, value)
        return value

    def _find(self, key: Hashable) -> tuple[V] | None:
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return (found[1],)

    def _keep(self, key: Hashable, size: int, value: V) -> None:
        with self._lock:
            if key not in self._values and size <= self._most // 4:
                self._values[key] = size, value
                self._size += size
                while self._size > self._most:
                    _, (oldest, _) = self._values.popitem(last=False)
                    self._size -= oldest

"""Rate limits: requests per minute for each key, user or address. The broker counts them if it is Redis or Valkey.

The headers `RateLimit-Policy` and `RateLimit` follow draft-ietf-httpapi-ratelimit-headers-10; Retry-After follows RFC
9110 §10.2.3. If the broker cannot be reached, this process counts its requests in memory.
"""

import math
import time
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from app.core.broker_url import is_redis, redis_url
from app.core.errors import RateLimitedError
from app.observability.logging import get_logger

_WINDOW_SECONDS = 60

BROKER_SECONDS = 0.5
"""The longest wait, in seconds, for the broker's counter. A request is not delayed longer by a broker that is down."""


class RateLimits:
    """Counts requests. `per_minute` maps the name of a limit to its rate. All processes share the broker's counters."""

    def __init__(self, *, per_minute: Mapping[str, int], broker_url: str | None) -> None:
        self._items = {name: RateLimitItemPerMinute(amount) for name, amount in per_minute.items()}
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        if broker_url is not None and is_redis(broker_url):
            storage = RedisStorage(
                _storage_url(broker_url),
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="footnote-rate",
                socket_timeout=BROKER_SECONDS,
                socket_connect_timeout=BROKER_SECONDS,
            )
            self._shared = SlidingWindowCounterRateLimiter(storage)
        self._shared_again_at = 0.0

    async def hit(self, request: Request, name: str, who: str) -> None:
        """Count one request of `who`, and add the remaining quota to the response headers. Raises RateLimitedError."""
        item = self._items.get(name)
        if item is None:
            return
        allowed, remaining, reset = await self._count(item, name, who)
        headers = {
            "RateLimit-Policy": f'"{name}";q={item.amount};w={_WINDOW_SECONDS}',
            "RateLimit": f'"{name}";r={remaining};t={reset}',
        }
        request.scope["state"]["response_headers"] = request.scope["state"].get("response_headers", {}) | headers
        if not allowed:
            raise RateLimitedError(headers={"Retry-After": str(max(1, reset))}, extra={"limit": name})

    async def _count(self, item: Any, name: str, who: str) -> tuple[bool, int, int]:
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            try:
                return await _hit(self._shared, item, name, who)
            except StorageError:
                # Do not use the broker for some seconds, because every request would wait for a time-out.
                self._shared_again_at = time.monotonic() + 5
                get_logger(__name__).warning("http.rates.counter-unreachable")
        return await _hit(self._memory, item, name, who)


def _storage_url(broker_url: str) -> str:
    """Return the broker URL in the form that the library `limits` expects, such as `async+redis+unix://…`."""
    url = redis_url(broker_url)
    return f"async+redis+{url}" if url.startswith("unix:") else f"async+{url}"


async def _hit(limiter: SlidingWindowCounterRateLimiter, item: Any, name: str, who: str) -> tuple[bool, int, int]:
    allowed = await limiter.hit(item, name, who)
    stats = await limiter.get_window_stats(item, name, who)
    return allowed, max(0, int(stats.remaining)), _seconds_until(stats.reset_time)


def _seconds_until(moment: float) -> int:
    return max(0, math.ceil(moment - time.time()))

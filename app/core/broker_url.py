"""Broker URLs: translate a Unix-socket URL from Celery's form to the one that the Redis client accepts."""

from urllib.parse import parse_qs, urlsplit, urlunsplit

_CELERY = "redis+socket"
_REDIS_SCHEMES = frozenset({"redis", "rediss", _CELERY})


def is_redis(broker_url: str) -> bool:
    """Return whether the broker speaks the Redis protocol (Redis, Valkey)."""
    return urlsplit(broker_url).scheme in _REDIS_SCHEMES


def redis_url(broker_url: str) -> str:
    """Return the URL for redis-py's `from_url`: `redis+socket://:word@/path?virtual_host=1` → `unix://:word@/path?db=1`."""
    parts = urlsplit(broker_url)
    if parts.scheme != _CELERY:
        return broker_url
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0].strip("/")
    return urlunsplit(("unix", parts.netloc, parts.path, f"db={database}", ""))

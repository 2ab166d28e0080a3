"""Recognise Redis URLs of a broker, and translate Celery's Unix-socket URLs to the form that redis-py accepts."""

from urllib.parse import parse_qs, urlsplit, urlunsplit

_CELERY = "redis+socket"
_REDIS_SCHEMES = frozenset({"redis", "rediss", _CELERY})


def is_redis(broker_url: str) -> bool:
    """Return whether the broker speaks the Redis protocol (Redis, Valkey)."""
    return urlsplit(broker_url).scheme in _REDIS_SCHEMES


def redis_url(broker_url: str) -> str:
    """Return the URL in the form that redis-py's `from_url` accepts.

    `redis+socket://:word@/path?virtual_host=1` becomes `unix://:word@/path?db=1`; other URLs stay unchanged.
    """
    parts = urlsplit(broker_url)
    if parts.scheme != _CELERY:
        return broker_url
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0].strip("/")
    return urlunsplit(("unix", parts.netloc, parts.path, f"db={database}", ""))

"""One broker, two spellings: a Unix socket's URL as Celery reads it, and as Redis's own client does."""

from urllib.parse import parse_qs, urlsplit, urlunsplit

_CELERY = "redis+socket"
_REDIS_SCHEMES = frozenset({"redis", "rediss", _CELERY})


def is_redis(broker_url: str) -> bool:
    """Whether the broker speaks Redis's protocol (Redis, Valkey)."""
    return urlsplit(broker_url).scheme in _REDIS_SCHEMES


def redis_url(broker_url: str) -> str:
    """What redis-py's `from_url` takes: `redis+socket://:word@/path?virtual_host=1` → `unix://:word@/path?db=1`."""
    parts = urlsplit(broker_url)
    if parts.scheme != _CELERY:
        return broker_url
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0].strip("/")
    return urlunsplit(("unix", parts.netloc, parts.path, f"db={database}", ""))

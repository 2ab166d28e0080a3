"""The hashes of the chain. Python computes the same hashes as the database, so it can verify an exported chain.

Each hash is SHA-256 over UTF-8 text: a name, then each part as a netstring (its length in bytes, a colon, its bytes, a
comma; https://cr.yp.to/proto/netstrings.txt), or "-," for a missing part. Two different events are therefore never
serialised to the same text.

event    footnote-audit-event-1: tenant, id, time (microseconds since 1970, UTC), actor, key, action, object's type and
         id, request, client, detail (as PostgreSQL prints jsonb: keys sorted by length and bytes, no duplicate keys)
link     footnote-audit-link-1: tenant, sequence, hash of the previous link, hash of the event (both in hex)
genesis  footnote-audit-genesis-1: tenant; the first link has this hash as its previous hash
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as read from the database. `detail` is JSON text in the format in which PostgreSQL prints jsonb."""

    tenant_id: UUID
    id: UUID
    at: datetime
    actor_id: UUID
    key_id: UUID | None
    action: str
    object_type: str
    object_id: str
    request_id: str | None
    client: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link as read from the database."""

    sequence: int
    event_id: UUID
    event_hash: bytes
    previous_hash: bytes
    hash: bytes


def microseconds(at: datetime) -> int:
    """Return the microseconds since 1970-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    return _EPOCH + count * _MICROSECOND


def digest(name: str, *parts: object) -> bytes:
    """Return SHA-256 over a name and its parts."""
    return hashlib.sha256(serialise(name, *parts)).digest()


def serialise(name: str, *parts: object) -> bytes:
    return name.encode() + b"".join(_frame(part) for part in parts)


def hash_event(event: StoredEvent) -> bytes:
    return digest(
        "footnote-audit-event-1",
        event.tenant_id,
        event.id,
        microseconds(event.at),
        event.actor_id,
        event.key_id,
        event.action,
        event.object_type,
        event.object_id,
        event.request_id,
        event.client,
        event.detail,
    )


def hash_link(tenant_id: UUID, sequence: int, previous_hash: bytes, event_hash: bytes) -> bytes:
    return digest("footnote-audit-link-1", tenant_id, sequence, previous_hash.hex(), event_hash.hex())


def hash_genesis(tenant_id: UUID) -> bytes:
    return digest("footnote-audit-genesis-1", tenant_id)


def print_jsonb(value: object) -> str:
    """Return a JSON value as text in the format of PostgreSQL's `JsonbToCString`. Numbers must be int or Decimal."""
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
        return "{" + ", ".join(f"{_quote(name)}: {print_jsonb(part)}" for name, part in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(print_jsonb(part) for part in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return _quote(value) if isinstance(value, str) else json.dumps(value)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _frame(part: object) -> bytes:
    if part is None:
        return b"-,"
    content = str(part).encode()
    return b"%d:%s," % (len(content), content)

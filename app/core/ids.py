"""Identifiers: UUID version 7 (RFC 9562 §5.7), so that keys made later sort later and indexes stay compact."""

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """A new time-ordered id, as a plain `uuid.UUID` (so that drivers and Pydantic know the type)."""
    return UUID(int=uuid7().int)

"""Identifiers: UUID version 7 (RFC 9562 §5.7). Later ids sort later, which keeps indexes compact."""

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """Return a new time-ordered id. It is a plain `uuid.UUID`, which database drivers and Pydantic accept."""
    return UUID(int=uuid7().int)

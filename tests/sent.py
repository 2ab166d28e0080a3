"""Record the statements that this process sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest


@contextmanager
def sent_statements(user: str) -> Iterator[list[str]]:
    """Yield the statements, without bound values, that a role sends in the block through its pool."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def recorded(cursor, query, *given, **more):
        is_pooled = cursor.connection.prepare_threshold is not None
        if is_pooled and cursor.connection.info.user == user:
            sent.append(str(query))
        return execute(cursor, query, *given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", recorded)
        yield sent

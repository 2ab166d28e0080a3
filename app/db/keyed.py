"""Statements that find or write rows by their keys, which each connection plans once.

PostgreSQL takes longer to plan such a statement under row-level security than to run it, and SQLAlchemy longer to build
it than psycopg to send it.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.orm import Session

ONLY_KEYED = sys.maxsize
"""psycopg's `prepare_threshold` of connections: only the statements of this module are prepared."""


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """Return psycopg's connection, which has the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection), "database connections use psycopg"
    return connection


def run_keyed(session: Session, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement in psycopg's format, and return its rows. The connection keeps its plan.

    The plan serves all principals, though one may see a thousand times more rows than another. Therefore the statement
    must have only one sensible plan: it calls a function, writes given rows, or finds each row by a key of an index
    (`CROSS JOIN LATERAL (… OFFSET 0)`, which PostgreSQL plans separately). Policies are part of the plan, and read who
    is asking when it runs.
    """
    return driver_connection(session).cursor(binary=True).execute(statement, parameters, prepare=True).fetchall()


def write_keyed(session: Session, statement: str, parameters: Mapping[str, Any]) -> None:
    """Run a statement without rows, planned like those of `run_keyed`. In `sent_together`, it fails at the end."""
    driver_connection(session).cursor().execute(statement, parameters, prepare=True)


@contextmanager
def planned_once(session: Session) -> Iterator[None]:
    """Let the connection keep the plan of each statement of the block, also of those that SQLAlchemy builds. What
    `run_keyed` says of its statements holds for them, too: `= ANY` of an array instead of IN keeps them few.
    """
    connection = driver_connection(session)
    connection.prepare_threshold = 0
    try:
        yield
    finally:
        connection.prepare_threshold = ONLY_KEYED


@contextmanager
def sent_together(session: Session) -> Iterator[None]:
    """Send the writes of the block without waiting for each (pipeline mode of PostgreSQL's protocol)."""
    with driver_connection(session).pipeline():
        yield

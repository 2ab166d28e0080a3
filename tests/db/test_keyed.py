"""Statements that a connection plans once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, ProgrammingError

from app.db.keyed import driver_connection, run_keyed

_ADD = "SELECT %(a)s::int + %(b)s::int"
_PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%::int +%'")


def test_keyed_statement_is_planned_once_for_a_connection(shared_database) -> None:
    with shared_database.api.anonymous() as session:
        found = [run_keyed(session, _ADD, {"a": number, "b": 1}) for number in range(3)]
        assert found == [[(1,)], [(2,)], [(3,)]]
        assert session.scalar(_PREPARED) == 1


def test_other_statements_are_planned_each_time(shared_database) -> None:
    with shared_database.api.anonymous() as session:
        for _ in range(20):
            driver_connection(session).execute("SELECT %s::int - 1", (2,))
        assert (
            session.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%::int - 1%'")) == 0
        )


def test_error_of_a_keyed_statement_has_the_class_of_other_statements(shared_database) -> None:
    with pytest.raises(DataError), shared_database.api.anonymous() as session:
        run_keyed(session, "SELECT %(word)s::text", {"word": "a\x00b"})
    with pytest.raises(ProgrammingError), shared_database.api.anonymous() as session:
        run_keyed(session, "SELECT missing_column", {})
    with shared_database.api.anonymous() as session:
        assert run_keyed(session, _ADD, {"a": 1, "b": 1}) == [(2,)]

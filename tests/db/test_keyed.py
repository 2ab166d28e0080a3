"""Statements that a connection plans once."""

from sqlalchemy import text

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

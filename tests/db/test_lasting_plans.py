"""Statements that are planned once stay planned when a transaction is rolled back."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.keyed import ONLY_KEYED, driver_connection, planned_once
from app.db.session import Database, build_engine

_PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%planned-here%'"


class RejectedError(Exception):
    pass


@pytest.fixture
def database(shared_database):
    engine = build_engine(
        shared_database.urls["api"], pool_size=1, statement_timeout_ms=30_000, application_name="plans"
    )
    database = Database(engine=engine)
    yield database
    database.close()


def test_plan_outlives_a_rejected_request(database):
    principal = Principal(new_id(), new_id(), roles=frozenset({Role.EDITOR}))
    for _ in range(2):
        with pytest.raises(RejectedError), database.transaction(principal) as session:
            with planned_once(session):
                session.execute(text("SELECT 1 /* planned-here */"))
            assert driver_connection(session).prepare_threshold == ONLY_KEYED
            assert session.execute(text(_PREPARED)).scalar_one() == 1
            raise RejectedError


def test_statements_that_fail_in_their_first_run_do_not_pile_up(database):
    for _ in range(250):
        with pytest.raises(DataError), database.anonymous() as session:
            driver_connection(session).execute("SELECT 1 / 0 /* planned-here */", prepare=True)
    with database.anonymous() as session:
        assert session.execute(text(_PREPARED)).scalar_one() <= 101


def test_connection_used_last_is_used_next(database):
    seen = set()
    for _ in range(3):
        with database.anonymous() as session:
            seen.add(driver_connection(session).info.backend_pid)
    assert len(seen) == 1
    with database.anonymous() as first, database.anonymous() as second:
        both = {driver_connection(each).info.backend_pid for each in (first, second)}
    with database.anonymous() as first, database.anonymous() as second:
        assert {driver_connection(each).info.backend_pid for each in (first, second)} == both

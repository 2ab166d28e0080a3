"""A full disk of the database is an error of its own, with the status 507."""

import pytest
from sqlalchemy import text

from app.db.session import DatabaseFullError

FULL = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"


def test_write_that_fails_on_a_full_disk_raises_507_and_the_next_transaction_works(shared_database):
    with (
        pytest.raises(DatabaseFullError, match="free some space") as caught,
        shared_database.api.anonymous() as session,
    ):
        session.execute(text(FULL))
    assert (caught.value.status, caught.value.code) == (507, "database-full")
    with shared_database.api.anonymous() as session:
        assert session.scalar(text("SELECT 1")) == 1

"""Explanations of access agree with the database's decisions, now and at past times."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.access.reports.decisions import decide
from app.access.reports.moments import MomentReader
from tests.access.worlds import World

SEEDS = range(3)
CHANGES = 12


def verdicts(world, database, *, time=None):
    """Return the access level that the explanations give for each (user, document). Omit hidden documents."""
    with database.api.transaction(world.admin, snapshot=True) as session:
        reader = MomentReader(session, time=time)
        return {
            (user, document): verdict.level
            for user in world.users
            for document in world.documents
            if (verdict := decide(reader.read(user_id=user, document_id=document))).is_visible
        }


@pytest.fixture(scope="module", params=SEEDS)
def history(request, shared_database, first_seed):
    """A world after three series of random changes, and after each series its time and the database's decisions."""
    world = World(shared_database, first_seed + request.param)
    then = []
    for _ in range(3):
        for _ in range(CHANGES):
            world.change()
        then.append((datetime.now(UTC), world.table()))
    return world, then


@pytest.mark.random
def test_explanation_agrees_with_decision_now_and_at_past_times(shared_database, history):
    world, then = history
    assert verdicts(world, shared_database) == then[-1][1]
    for time, table in then[:-1]:
        assert verdicts(world, shared_database, time=time) == table


@pytest.mark.random
def test_listed_readers_of_documents_agree_with_decisions(shared_database, history):
    world, then = history
    table = then[-1][1]
    assert table
    with shared_database.api.transaction(world.admin) as session:
        readers = {
            (user, document): level
            for document in world.documents
            for user, level, _ in session.execute(text("SELECT * FROM list_readers(:id, NULL, 100)"), {"id": document})
        }
    assert readers == table

"""How many statements a claim, a list and a decision of an editor take. Each is a round trip."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from app.review.deciding.rules import Action
from app.review.revisions.service import NewDecision
from app.review.tasks.views import TaskFilters

CLAIM, LIST, DECIDE, DECIDE_WITH_QUOTE = 6, 5, 8, 10
"""The most statements of a transaction, one of which names the principal. A quote needs its page, and a figure that is
absent is noted as a lesson.
"""


@pytest.fixture
def counted(monkeypatch):
    """Return a context that lists the statements of this thread in it. Others send some, too: those of a server."""
    sent: list[str] = []
    execute, own = psycopg.Cursor.execute, threading.get_ident()

    def record(cursor, query, *rest, **options):
        if threading.get_ident() == own:
            sent.append(str(query))
        return execute(cursor, query, *rest, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", record)

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent.clear()
        yield sent

    return count


def test_claim_list_and_decision_take_few_statements(desk, counted):
    first, second = desk.task(), desk.task()
    filters = TaskFilters(collection_id=desk.collection)
    claimed = desk.tasks.claim_next(desk.ana, filters).row.id
    desk.field(claimed, "signed")  # the definition of the schema is read once
    with counted() as sent:
        view = desk.tasks.claim_next(desk.ana, filters, release=claimed)
    assert len(sent) <= CLAIM, "\n".join(sent)
    with counted() as sent:
        fields = desk.fields.list_fields(desk.ana, view.row.id)
    assert ({first, second} >= {claimed, view.row.id}, len(fields)) == (True, 4)
    assert len(sent) <= LIST, "\n".join(sent)
    by_key = {each.row.key: each for each in fields}
    token = view.row.claim_token
    with counted() as sent:
        approve = NewDecision(Action.APPROVE, claim_token=token)
        made = desk.decisions.decide(desk.ana, by_key["signed"].row.id, approve, revision=by_key["signed"].revision)
    assert (made.row.status, len(sent) <= DECIDE) == ("approved", True), "\n".join(sent)
    quote = {"page": 1, "start": 4, "end": 13, "quote": "agreement"}
    with counted() as sent:
        absent = NewDecision(Action.ABSENT, claim_token=token, evidence=(quote,))
        desk.decisions.decide(desk.ana, by_key["fee"].row.id, absent, revision=by_key["fee"].revision)
    assert len(sent) <= DECIDE_WITH_QUOTE, "\n".join(sent)


def test_list_takes_as_many_statements_for_many_fields(desk, counted):
    many = {"title": "Many", "properties": {f"term_{number}": {"type": "string"} for number in range(60)}}
    for raw in (many, {"title": "One", "properties": {"term_0": {"type": "string"}}}):
        task = desk.task(raw, {})
        desk.fields.list_fields(desk.ana, task)
        with counted() as sent:
            desk.fields.list_fields(desk.ana, task)
        assert len(sent) <= LIST, "\n".join(sent)

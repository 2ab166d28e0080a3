"""Past moments are read exactly: also those in which a decision was being stored, whose transaction began before and
ended after them, and those in which the schema did not have a field.
"""

from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import FootnoteError
from app.review.deciding.rules import Action
from app.review.fields.moments import MomentNotPastError
from app.review.fields.service import FieldService
from app.review.revisions.service import DecisionService, NewDecision
from tests.review.desk import DEAL
from tests.waiting import wait_for

ACTIONS = [Action.APPROVE, Action.CORRECT, Action.ABSENT, Action.REJECT, Action.SEND_BACK, Action.UNDO]
VALUES = {"signed": "1 May 2026", "fee": "7 million", "law": "Texas", "renews": "no"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "cleo", "dan"]), st.sampled_from(sorted(VALUES)), st.sampled_from(ACTIONS),
        st.booleans(),
    ),
    min_size=4,
    max_size=6,
)  # fmt: skip


class AbandonedError(Exception):
    """The transaction ends without a commit."""


class Held:
    """A database whose transactions wait before they end, and then commit or roll back."""

    def __init__(self, database, commits):
        self._database = database
        self._commits = commits
        self.reached, self.go = Event(), Event()
        self.has_stored = False

    @contextmanager
    def transaction(self, principal, **options):
        with self._database.transaction(principal, **options) as session:
            yield session
            self.has_stored = True
            self.reached.set()
            assert self.go.wait(60)
            if not self._commits:
                raise AbandonedError


def shown(fields):
    return {
        each.row.key: (each.current.status, each.current.printed, each.current.author, each.current.released_by,
                       None if each.in_force is None else (each.in_force.printed, each.in_force.released_by))
        for each in fields
    }  # fmt: skip


def clock(desk):
    ((now,),) = desk.sql("SELECT clock_timestamp()")
    return now


def decide_slowly(desk, who, task, key, action, commits):
    """Decide in a transaction that is held open; return it with its thread, or None if the decision is rejected."""
    held = Held(desk.database.api, commits)
    seen = desk.field(task, key, who)
    text = VALUES[key] if action is Action.CORRECT else None
    decision = NewDecision(action, text=text, note="Why")

    def run():
        try:
            DecisionService(database=held, draw=lambda: 0.0).decide(who, seen.row.id, decision, revision=seen.revision)
        except (FootnoteError, AbandonedError):
            held.reached.set()

    thread = Thread(target=run)
    thread.start()
    assert held.reached.wait(60)
    return held, thread


@settings(max_examples=3)
@given(steps=STEPS)
def test_moment_within_a_decision_reads_the_same_whenever_it_is_read(module_desk, steps):
    desk = module_desk
    task = desk.task()
    fields = FieldService(database=desk.database.api)
    moments = []
    for who, key, action, commits in steps:
        before = shown(fields.list_fields(desk.reader, task))
        moments.append((clock(desk), before))
        held, deciding = decide_slowly(desk, getattr(desk, who), task, key, action, commits)
        during, read = clock(desk), []
        reading = Thread(
            target=lambda at=during, into=read: into.append(fields.list_fields(desk.reader, task, as_of=at))
        )
        reading.start()
        if held.has_stored:
            wait_for(lambda: desk.sql("SELECT 1 FROM pg_locks WHERE NOT granted"), what="the read's wait")
            assert read == []
        held.go.set()
        deciding.join()
        reading.join()
        after = shown(fields.list_fields(desk.reader, task))
        assert shown(read[0]) == after
        assert commits or after == before
        moments.append((during, after))
    for moment, then in moments:
        assert shown(fields.list_fields(desk.reader, task, as_of=moment)) == then


def test_field_that_a_schema_left_out_for_a_time_is_missing_then(desk):
    task = desk.task()
    key = desk.tasks.get_task(desk.ana, task).schema_key
    without = {name: each for name, each in DEAL["properties"].items() if name != "signed"}
    moments = []
    for version, properties in enumerate((without, DEAL["properties"]), start=2):
        moments.append(clock(desk))
        desk.schema({"title": "Deal", "properties": properties}, key)
        desk.sql("UPDATE review_tasks SET schema_version = :number WHERE id = :task", number=version, task=task)
        desk.read(task)
    moments.append(clock(desk))
    keys = [{each.row.key for each in desk.fields.list_fields(desk.reader, task, as_of=at)} for at in moments]
    assert keys == [set(DEAL["properties"]), set(without), set(DEAL["properties"])]


def test_future_moment_is_rejected(desk):
    task = desk.task()
    field = desk.field(task, "signed").row.id
    later = clock(desk) + timedelta(hours=1)
    with pytest.raises(MomentNotPastError):
        desk.fields.list_fields(desk.reader, task, as_of=later)
    with pytest.raises(MomentNotPastError):
        desk.fields.list_revisions(desk.reader, field, as_of=later)

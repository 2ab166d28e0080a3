"""Decisions about fields: each policy, the database's own rules, undo, claims, and the state at a past moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.errors import PreconditionFailedError
from app.core.principal import PermissionRequiredError
from app.db.session import RightsChangedError
from app.review.deciding.errors import (
    AlreadyDecidedError,
    DecisionError,
    FieldNotFoundError,
    NothingToApproveError,
    NothingToUndoError,
    OwnWorkError,
)
from app.review.deciding.rules import Action
from app.review.errors import FieldValueError
from app.review.fields.service import load_approved_values
from app.review.models import FieldRevision
from app.review.revisions.service import NewDecision
from app.review.tasks.errors import ClaimLostError, TaskClaimedError
from app.review.tasks.views import TaskFilters
from tests.review.desk import DEAL, READ

ALL = TaskFilters()


def approved(desk, by=None):
    with desk.database.api.transaction(by or desk.reader) as session:
        found = load_approved_values(session, desk.documents)
    return {each.key: (each.answer, each.value and str(getattr(each.value, "number", each.value))) for each in found}


def test_one_editor_approves_and_the_task_shows_what_is_left(desk):
    task = desk.task()
    before = desk.tasks.get_task(desk.ana, task).row
    assert (before.state, before.fields_total, before.fields_open, before.priority) == ("open", 4, 4, 2.5)
    field = desk.decide(desk.ana, task, "signed", "approve")
    assert (field.row.status, field.current.author, field.current.released_by) == ("approved", *[desk.ana.user_id] * 2)
    assert field.in_force.printed == "2026-12-31"
    assert desk.tasks.get_task(desk.ana, task).row.fields_open == 3
    assert list(approved(desk)) == ["signed"]
    with pytest.raises(AlreadyDecidedError):
        desk.decide(desk.ben, task, "signed", "approve")


def test_two_persons_approve_an_amount_and_nobody_checks_their_own(desk):
    task = desk.task()
    assert desk.decide(desk.cleo, task, "fee", "correct", "5 million").row.status == "entered"
    assert approved(desk) == {}
    with pytest.raises(OwnWorkError):
        desk.decide(desk.cleo, task, "fee", "approve")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ana, task, "fee", "approve")
    field = desk.decide(desk.dan, task, "fee", "approve")
    assert field.row.status == "approved"
    assert (field.in_force.author, field.in_force.released_by) == (desk.cleo.user_id, desk.dan.user_id)
    assert approved(desk) == {"fee": ("found", "5000000")}
    # The value stays in force while a correction waits.
    desk.decide(desk.ana, task, "fee", "correct", "6 million")
    assert approved(desk) == {"fee": ("found", "5000000")}
    desk.decide(desk.dan, task, "fee", "send-back", note="The page says 5 million.")
    assert approved(desk) == {}


def test_blind_readings_stand_if_equal_and_nobody_sees_the_first(desk):
    task = desk.task()
    mine = desk.decide(desk.ana, task, "law", "correct", "Texas")
    assert mine.my_reading.printed == "Texas"
    assert (mine.row.status, mine.in_force) == ("proposed", None)
    for other in (desk.ben, desk.cleo, desk.reader):
        seen = desk.field(task, "law", other)
        assert (seen.revision, seen.my_reading, seen.readings) == (1, None, ())
        assert [each.number for each in desk.fields.list_revisions(other, seen.row.id).items] == [1]
    again = desk.decide(desk.ana, task, "law", "correct", "TEXAS")
    field = desk.decide(desk.ben, task, "law", "correct", "texas")
    assert (field.row.status, field.in_force.printed) == ("approved", "TEXAS")
    assert (field.in_force.author, field.in_force.released_by) == (desk.ana.user_id, desk.ben.user_id)
    assert field.revision > again.revision
    seen = [(each.action, each.printed) for each in desk.fields.list_revisions(desk.reader, field.row.id).items]
    assert seen == [
        ("propose", "Ohio"), ("correct", "Texas"), ("correct", "TEXAS"), ("correct", "texas"), ("agree", "TEXAS"),
    ]  # fmt: skip


def test_different_blind_readings_are_a_conflict_that_a_third_person_decides(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "law", "approve")
    conflict = desk.decide(desk.cleo, task, "law", "absent")
    assert (conflict.row.status, len(conflict.readings), conflict.in_force) == ("conflict", 2, None)
    with pytest.raises(OwnWorkError):
        desk.decide(desk.cleo, task, "law", "absent")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ben, task, "law", "absent")
    field = desk.decide(desk.dan, task, "law", "correct", "Ohio")
    assert (field.row.status, field.in_force.author) == ("approved", desk.ana.user_id)


def test_own_blind_reading_is_undone_unseen(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "law", "approve")
    assert desk.decide(desk.ana, task, "law", "undo").my_reading is None
    assert desk.decide(desk.ben, task, "law", "approve").row.status == "proposed"
    assert desk.decide(desk.ana, task, "law", "approve").row.status == "approved"


def test_sampled_value_stands_at_once_and_another_person_checks_it(desk):
    task = desk.task()
    assert desk.decide(desk.ana, task, "renews", "approve").current.sampled == "due"
    assert approved(desk) == {"renews": ("found", "YesNoValue(yes=True)")}
    with pytest.raises(OwnWorkError):
        desk.decide(desk.ana, task, "renews", "approve")
    checked = desk.decide(desk.ben, task, "renews", "approve")
    assert (checked.current.sampled, checked.current.author) == ("passed", desk.ana.user_id)
    desk.draw = 1.0
    assert desk.decide(desk.ana, desk.task(), "renews", "approve").current.sampled is None


def test_sample_of_another_editor_is_the_next_task_when_nothing_is_open(desk):
    task = desk.task()
    for by, key in (
        (desk.ana, "signed"),
        (desk.ana, "renews"),
        (desk.ana, "fee"),
        (desk.cleo, "fee"),
        (desk.ana, "law"),
    ):
        desk.decide(by, task, key, "approve")
    desk.decide(desk.cleo, task, "law", "approve")
    assert desk.tasks.get_task(desk.ben, task).row.state == "done"
    assert desk.tasks.claim_next(desk.ana, ALL) is None, "nobody checks their own"
    assert desk.tasks.claim_next(desk.ben, ALL).row.id == task
    desk.decide(desk.ben, task, "renews", "approve")
    desk.tasks.release(desk.ben, task)
    assert desk.tasks.claim_next(desk.ben, ALL) is None


def test_undo_walks_back_and_keeps_every_row(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.cleo, task, "fee", "approve")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ben, task, "fee", "undo")
    back = desk.decide(desk.cleo, task, "fee", "undo")
    assert (back.row.status, back.current.author, back.in_force) == ("entered", desk.ana.user_id, None)
    assert desk.decide(desk.cleo, task, "fee", "undo").row.status == "proposed"
    with pytest.raises(NothingToUndoError):
        desk.decide(desk.cleo, task, "fee", "undo")
    field = desk.field(task, "fee")
    assert [each.action for each in desk.fields.list_revisions(desk.ana, field.row.id).items] == [
        "propose", "approve", "approve", "undo", "undo",
    ]  # fmt: skip


def test_outdated_revision_is_rejected(desk):
    task = desk.task()
    seen = desk.field(task, "signed")
    desk.decide(desk.ana, task, "signed", "absent")
    with pytest.raises(PreconditionFailedError):
        desk.decisions.decide(desk.ben, seen.row.id, NewDecision(Action.APPROVE), revision=seen.revision)


def test_of_two_decisions_at_once_one_is_stored(desk):
    task = desk.task()
    seen = desk.field(task, "signed")

    def correct(by, words):
        try:
            return desk.decisions.decide(by, seen.row.id, NewDecision(Action.CORRECT, text=words), revision=1)
        except PreconditionFailedError:
            return None

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(correct, (desk.ana, desk.ben), ("1 May 2026", "2 May 2026")))
    assert sum(each is not None for each in made) == 1
    assert len(desk.fields.list_revisions(desk.ana, seen.row.id).items) == 2


@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (NewDecision(Action.CORRECT), DecisionError),
        (NewDecision(Action.CORRECT, text="soon"), FieldValueError),
        (NewDecision(Action.CORRECT, value={"kind": "text", "text": "soon"}), FieldValueError),
        (NewDecision(Action.APPROVE, text="1 May 2026"), DecisionError),
        (NewDecision(Action.SEND_BACK), DecisionError),
        (NewDecision(Action.ABSENT, evidence=({"page": 1, "start": 0, "end": 3, "quote": "Thx"},)), DecisionError),
    ],
)
def test_incomplete_decisions_are_rejected(desk, decision, error):
    field = desk.field(desk.task(), "signed")
    with pytest.raises(error):
        desk.decisions.decide(desk.ana, field.row.id, decision, revision=None)


def test_evidence_is_kept_with_the_value(desk):
    task = desk.task()
    quote = {"page": 1, "start": 23, "end": 39, "quote": "31 December 2026"}
    field = desk.decide(desk.ana, task, "signed", "correct", "31 December 2026", evidence=(quote,))
    assert field.in_force.evidence == [quote]


def test_unread_field_has_nothing_to_approve(desk):
    task = desk.task(read={})
    with pytest.raises(NothingToApproveError):
        desk.decide(desk.ana, task, "signed", "approve")
    assert desk.decide(desk.ana, task, "signed", "absent").in_force.answer == "absent"


def test_readers_and_strangers_decide_nothing(desk):
    task = desk.task()
    field = desk.field(task, "signed", desk.reader)
    with pytest.raises(PermissionRequiredError):
        desk.decisions.decide(desk.reader, field.row.id, NewDecision(Action.APPROVE), revision=None)
    with pytest.raises(FieldNotFoundError):
        desk.decisions.decide(desk.ana, uuid4(), NewDecision(Action.APPROVE), revision=None)


def test_claim_keeps_others_out_until_it_ends(desk):
    task = desk.task()
    claimed = desk.tasks.claim_next(desk.ana, ALL)
    assert claimed.row.id == task
    with pytest.raises(TaskClaimedError):
        desk.tasks.claim(desk.ben, task)
    with pytest.raises(TaskClaimedError):
        desk.decide(desk.ben, task, "signed", "approve")
    assert desk.tasks.claim_next(desk.ben, ALL) is None
    desk.sql("UPDATE review_tasks SET claim_until = now() WHERE id = :task", task=task)
    token = desk.tasks.claim_next(desk.ben, ALL).row.claim_token
    assert token > claimed.row.claim_token
    with pytest.raises(TaskClaimedError):
        desk.decide(desk.ana, task, "signed", "approve", claim_token=claimed.row.claim_token)
    desk.tasks.release(desk.cleo, task)
    with pytest.raises(ClaimLostError):
        desk.decide(desk.ben, task, "signed", "approve", claim_token=token)
    assert desk.decide(desk.ana, task, "signed", "approve").row.status == "approved"


def test_next_task_is_the_riskiest_that_waits_for_the_user(desk):
    quiet, risky = desk.task(read=READ | {"fee": ("1", 0.99)}), desk.task()
    assert desk.tasks.claim_next(desk.ana, ALL).row.id == risky
    assert desk.tasks.claim_next(desk.ben, ALL).row.id == quiet
    desk.tasks.release(desk.ben, quiet)
    desk.tasks.assign(desk.ana, quiet, desk.cleo.user_id)
    assert desk.tasks.claim_next(desk.ben, ALL) is None
    assert desk.tasks.claim_next(desk.cleo, ALL).row.id == quiet


def test_task_whose_fields_wait_for_others_is_not_offered(desk):
    task = desk.task({"title": "Fee", "properties": {"fee": DEAL["properties"]["fee"]}})
    desk.decide(desk.cleo, task, "fee", "approve")
    assert desk.tasks.claim_next(desk.cleo, ALL) is None
    assert desk.tasks.claim_next(desk.ana, ALL) is None
    assert desk.tasks.claim_next(desk.dan, ALL).row.id == task


def test_past_moments_are_created_again_from_the_revisions(desk):
    task = desk.task()
    moments = [datetime.now(UTC)]
    for by, action, words in (
        (desk.ana, "correct", "7 million"), (desk.cleo, "approve", None), (desk.cleo, "undo", None),
        (desk.dan, "correct", "8 million"), (desk.cleo, "approve", None),
    ):  # fmt: skip
        desk.decide(by, task, "fee", action, words)
        moments.append(datetime.now(UTC))
    then = [desk.fields.list_fields(desk.reader, task, as_of=moment)[1] for moment in moments]
    assert [each.current.status for each in then] == [
        "proposed", "entered", "approved", "entered", "entered", "approved",
    ]  # fmt: skip
    assert [each.in_force and each.in_force.printed for each in then] == [
        None, None, "USD 7,000,000", None, None, "USD 8,000,000",
    ]  # fmt: skip
    assert then[2].in_force.released_by == desk.cleo.user_id
    assert desk.fields.list_fields(desk.reader, task, as_of=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_database_rejects_a_value_that_only_one_person_stands_behind(desk):
    task = desk.task()
    field = desk.field(task, "fee")
    desk.decide(desk.cleo, task, "fee", "approve")
    row = {
        "field_id": field.row.id, "number": 0, "tenant_id": desk.tenant, "document_id": field.row.document_id,
        "task_id": task, "action": "approve", "status": "approved", "answer": "found",
        "value": field.current.value, "evidence": [], "note": "", "policy": "two", "round": 1, "sealed": False,
        "author": desk.cleo.user_id, "released_by": desk.cleo.user_id, "made_by": desk.cleo.user_id, "made_at": None,
    }  # fmt: skip

    def insert(by, **changes):
        with desk.database.api.transaction(by) as session:
            session.add(FieldRevision(**row | changes))

    other = {"released_by": desk.dan.user_id, "made_by": desk.dan.user_id}
    for by, changes in (
        (desk.cleo, {}),
        (desk.dan, other | {"author": desk.ben.user_id}),
        (desk.dan, other | {"value": {"kind": "quantity", "number": "1", "unit": "USD"}}),
        (desk.dan, other | {"policy": "one"}),
        (desk.dan, other | {"action": "propose"}),
        (desk.ana, {"released_by": desk.ana.user_id, "made_by": desk.ana.user_id}),
    ):
        with pytest.raises(DBAPIError):
            insert(by, **changes)
    insert(desk.dan, **other)
    assert desk.field(task, "fee").row.status == "approved"
    for statement in (
        "UPDATE field_revisions SET note = 'x'",
        "DELETE FROM field_revisions",
        "UPDATE fields SET at = 1",
    ):
        with pytest.raises(RightsChangedError), desk.database.api.transaction(desk.ana) as session:
            session.execute(text(statement))

"""Ways around the desk's rules that must stay closed, and values that must never make a task unreadable."""

import pytest

from app.core.clock import SystemClock
from app.core.principal import PermissionRequiredError
from app.review.bulk.service import BulkRequest, BulkService
from app.review.comments.service import CommentService
from app.review.deciding.errors import OwnWorkError
from app.review.deciding.rules import Action
from app.review.errors import FieldValueError
from app.review.policies.service import NewPolicy, PolicyService
from app.review.progress.service import ProgressService
from app.review.revisions.service import NewDecision
from app.review.schemas.definition import FieldPolicy
from app.review.schemas.service import SchemaService
from app.review.tasks.errors import ClaimLostError
from app.review.tasks.leases import ReadingLeases
from app.review.tasks.views import TaskFilters
from tests.review.desk import DEAL, READ


@pytest.mark.parametrize(
    "given",
    [
        {"value": {"kind": "quantity", "number": "9" * 60 + "e60", "unit": "USD"}},
        {"text": "9" * 61},
    ],
)
def test_number_that_cannot_be_read_back_is_rejected(desk, given):
    task = desk.task()
    seen = desk.field(task, "fee")
    with pytest.raises(FieldValueError):
        desk.decisions.decide(desk.ana, seen.row.id, NewDecision(Action.CORRECT, **given), revision=seen.revision)
    assert desk.field(task, "fee").current.printed == "USD 4,000,000"


def test_typed_table_that_cannot_be_read_back_is_rejected(desk):
    properties = {"debt": {"type": "array", "x-field": {"kind": "table"}}}
    task = desk.task({"title": "Debt", "properties": properties}, {})
    with pytest.raises(FieldValueError, match="cells"):
        desk.decide(desk.ana, task, "debt", "correct", "\n".join(["a" + "\t" * 59] * 200))
    assert desk.field(task, "debt").current.value is None


def test_second_undo_needs_the_right_to_undo_what_another_person_decided(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.cleo, task, "fee", "approve")
    desk.decide(desk.ben, task, "fee", "correct", "9 million")
    back = desk.decide(desk.ben, task, "fee", "undo")
    assert (back.row.status, back.in_force.printed) == ("approved", "USD 4,000,000")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ben, task, "fee", "undo")
    assert desk.field(task, "fee").in_force.released_by == desk.cleo.user_id


def test_undo_does_not_undo_the_sending_back_by_another_person(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.cleo, task, "fee", "approve")
    desk.decide(desk.dan, task, "fee", "send-back", note="Read the amendment.")
    desk.decide(desk.ana, task, "fee", "correct", "9 million")
    assert desk.decide(desk.ana, task, "fee", "undo").row.status == "sent-back"
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ana, task, "fee", "undo")


def test_author_undoes_the_own_decision_again_after_a_correction(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "signed", "approve")
    desk.decide(desk.ana, task, "signed", "correct", "1 January 2027")
    desk.decide(desk.ana, task, "signed", "undo")
    assert desk.decide(desk.ana, task, "signed", "undo").row.status == "proposed"


def test_reader_cannot_undo_a_conflict_to_read_again_with_the_other_answer_known(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "law", "correct", "Texas")
    desk.decide(desk.cleo, task, "law", "approve")
    for by in (desk.ana, desk.cleo):
        with pytest.raises(OwnWorkError):
            desk.decide(by, task, "law", "undo")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ben, task, "law", "undo")
    assert desk.decide(desk.dan, task, "law", "undo").row.status == "proposed"


def test_reader_cannot_undo_what_two_readers_agreed_on(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "law", "approve")
    desk.decide(desk.ben, task, "law", "approve")
    with pytest.raises(PermissionRequiredError):
        desk.decide(desk.ben, task, "law", "undo")
    assert desk.field(task, "law").in_force.printed == "Ohio"


@pytest.mark.parametrize("between", [["undo"], ["send-back"], ["unclear"], ["undo", "unclear", "undo"]])
def test_value_to_check_stays_so_whatever_its_author_does_in_between(desk, between):
    task = desk.task()
    assert desk.decide(desk.ana, task, "renews", "approve").current.sampled == "due"
    desk.draw = 1.0
    for action in between:
        desk.decide(desk.ana, task, "renews", action, note="again")
    again = desk.decide(desk.ana, task, "renews", "correct", "yes")
    assert (again.row.status, again.current.sampled) == ("approved", "due")
    assert desk.decide(desk.ben, task, "renews", "approve").current.sampled == "passed"
    desk.decide(desk.ben, task, "renews", "send-back", note="again")
    assert desk.decide(desk.ben, task, "renews", "correct", "no").current.sampled is None


def test_bulk_approval_samples_at_least_what_the_rules_say(desk):
    PolicyService(database=desk.database.api, clock=SystemClock()).add(
        desk.cleo, NewPolicy(policy=FieldPolicy.SAMPLE, field_key="renews", sample_rate=1.0)
    )
    task = desk.task()
    desk.draw = 0.5
    bulk = BulkService(database=desk.database.api, draw=lambda: desk.draw)
    row = desk.tasks.get_task(desk.ana, task).row
    request = BulkRequest(TaskFilters(document_id=row.document_id), 0.95, sample_rate=0.0)
    bulk.approve(desk.ana, request, digest=bulk.preview(desk.ana, request).digest)
    assert desk.field(task, "renews").current.sampled == "due"


@pytest.mark.parametrize("unit", [None, "$", "usd"])
def test_amount_without_its_currency_does_not_evade_a_rule(desk, unit):
    PolicyService(database=desk.database.api, clock=SystemClock()).add(
        desk.cleo, NewPolicy(policy=FieldPolicy.TWO, amount=10, unit="USD")
    )
    properties = {"price": {"type": "number"}}
    task = desk.task({"title": "Price", "properties": properties}, {})
    value = {"kind": "quantity", "number": "11", "unit": unit}
    seen = desk.field(task, "price")
    decided = desk.decisions.decide(
        desk.ana, seen.row.id, NewDecision(Action.CORRECT, value=value), revision=seen.revision
    )
    assert decided.row.status == "entered"


@pytest.mark.parametrize(
    "later", [{"fee": {"type": "number", "x-field": {"policy": "one"}}}, {"other": {"type": "string"}}]
)
def test_only_an_approver_lets_a_schema_ask_for_fewer_people(desk, later):
    schemas = SchemaService(database=desk.database.api, clock=SystemClock())
    definition = {"title": "Deal", "properties": {"fee": DEAL["properties"]["fee"]}}
    task = desk.tasks.get_task(desk.ana, desk.task(definition))
    weaker = {"title": "Deal", "properties": later}
    with pytest.raises(PermissionRequiredError):
        schemas.add_version(desk.ana, task.schema_key, weaker, version=None)
    assert schemas.add_version(desk.cleo, task.schema_key, weaker, version=None)[0].version == 2
    schemas.add_version(desk.ana, task.schema_key, definition, version=None)


def test_past_moment_has_fields_that_were_removed_since(desk):
    task = desk.task()
    approved = desk.decide(desk.ana, task, "signed", "approve").current
    properties = {key: each for key, each in DEAL["properties"].items() if key != "signed"}
    view = desk.tasks.get_task(desk.ana, task)
    desk.schema({"title": "Deal", "properties": properties}, view.schema_key)
    desk.sql("UPDATE review_tasks SET schema_version = 2 WHERE id = :task", task=task)
    desk.read(task)
    assert "signed" not in [each.row.key for each in desk.fields.list_fields(desk.ana, task)]
    then = desk.fields.list_fields(desk.ana, task, as_of=approved.made_at)
    assert {each.row.key: each.in_force and each.in_force.printed for each in then} == {
        "signed": "2026-12-31", "fee": None, "law": None, "renews": None,
    }  # fmt: skip


def test_comment_of_a_reader_who_reads_a_decided_field_again_stays_unseen(desk):
    comments = CommentService(database=desk.database.api, clock=SystemClock())
    task = desk.task()
    for by in (desk.ana, desk.ben):
        desk.decide(by, task, "law", "approve")
    field = desk.decide(desk.ana, task, "law", "correct", "Texas")
    comments.add(desk.ana, field.row.id, "It is Texas.", [])
    assert comments.list_comments(desk.ben, field.row.id).items == []
    assert len(comments.list_comments(desk.ana, field.row.id).items) == 1
    assert READ["law"][0] == field.in_force.printed


def test_conflict_that_was_sent_back_by_mistake_keeps_its_readings(desk):
    task = desk.task()
    desk.decide(desk.ana, task, "law", "correct", "Texas")
    desk.decide(desk.cleo, task, "law", "approve")
    desk.decide(desk.dan, task, "law", "send-back", note="Which amendment?")
    back = desk.decide(desk.dan, task, "law", "undo")
    assert (back.row.status, [each.printed for each in back.readings]) == ("conflict", ["Texas", "Ohio"])
    with pytest.raises(OwnWorkError):
        desk.decide(desk.cleo, task, "law", "correct", "Texas")
    assert desk.decide(desk.dan, task, "law", "correct", "Texas").row.status == "approved"


def test_readings_that_are_equal_in_other_words_count_as_agreement(desk):
    properties = {"margin": {"type": "number", "x-field": {"policy": "blind"}}}
    task = desk.task({"title": "Margin", "properties": properties}, {})
    desk.decide(desk.ana, task, "margin", "correct", "25 bps")
    assert desk.decide(desk.ben, task, "margin", "correct", "0.25%").row.status == "approved"
    progress = ProgressService(database=desk.database.api, clock=SystemClock())
    assert progress.get_agreement(desk.ana).total.observed == 1


def test_claim_that_nobody_replaced_counts_after_its_time(desk):
    task = desk.task()
    token = desk.tasks.claim(desk.ana, task).row.claim_token
    desk.sql("UPDATE review_tasks SET claim_until = now() WHERE id = :task", task=task)
    assert desk.decide(desk.ana, task, "signed", "approve", claim_token=token).row.status == "approved"
    assert desk.tasks.get_task(desk.ben, task).is_claimed
    desk.tasks.release(desk.ana, task)
    with pytest.raises(ClaimLostError):
        desk.decide(desk.ana, task, "signed", "absent", claim_token=token)


@pytest.mark.parametrize(("meanwhile", "after"), [("reading", "failed"), ("queued", "queued")])
def test_failed_reading_leaves_a_task_queued_that_a_newer_schema_has_queued(desk, meanwhile, after):
    task = desk.task()
    desk.sql("UPDATE review_tasks SET state = 'queued' WHERE id = :task", task=task)
    with desk.worker as session:
        lease = ReadingLeases(session).claim(task, seconds=60)
    desk.sql("UPDATE review_tasks SET state = :state WHERE id = :task", task=task, state=meanwhile)
    with desk.worker as session:
        ReadingLeases(session).fail(lease, code="review-gave-up", detail="It could not be read.")
    row = desk.tasks.get_task(desk.ana, task).row
    assert (row.state, row.error_code) == (after, "review-gave-up" if after == "failed" else None)

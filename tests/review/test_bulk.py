"""Bulk approval: preview, one revision a value by its own policy, warning, reversal, and a sample for checking."""

import pytest

from app.review.bulk.errors import BulkChangedError, BulkNotFoundError
from app.review.bulk.service import BulkRequest, BulkService
from app.review.deciding.errors import OwnWorkError
from app.review.tasks.views import TaskFilters
from tests.review.desk import READ

SURE = {key: (words, 0.99) for key, (words, _) in READ.items()}


@pytest.fixture
def bulks(desk):
    return BulkService(database=desk.database.api, draw=lambda: desk.draw)


def request(**more):
    return BulkRequest(**({"filters": TaskFilters(), "min_confidence": 0.95, "sample_rate": 0.5} | more))


def statuses(desk, task):
    return {each.row.key: each.row.status for each in desk.fields.list_fields(desk.reader, task)}


def test_each_value_gets_its_own_revision_by_its_own_policy(desk, bulks):
    task = desk.task(read=SURE)
    preview = bulks.preview(desk.ana, request())
    assert (preview.approved, preview.entered, preview.sealed, preview.tasks) == (2, 1, 1, 1)
    made = bulks.approve(desk.ana, request(), digest=preview.digest, note="Sure")
    assert statuses(desk, task) == {"signed": "approved", "fee": "entered", "law": "proposed", "renews": "approved"}
    assert (made.values, made.sample) == (4, {"due": 2, "passed": 0, "failed": 0})
    field = desk.field(task, "signed")
    revision = desk.fields.list_revisions(desk.ana, field.row.id).items[-1]
    assert (revision.bulk_id, revision.note, revision.made_by) == (made.id, "Sure", desk.ana.user_id)
    with pytest.raises(OwnWorkError):
        desk.decide(desk.ana, task, "signed", "approve")
    desk.decide(desk.ben, task, "signed", "approve")
    desk.decide(desk.ben, task, "renews", "correct", "no")
    assert bulks.get(desk.reader, made.id).sample == {"due": 0, "passed": 1, "failed": 1}


def test_second_bulk_ends_blind_rounds_and_releases_nothing_of_its_own(desk, bulks):
    task = desk.task(read=SURE)
    for by in (desk.ana, desk.ben):
        bulks.approve(by, request(), digest=bulks.preview(by, request()).digest)
    assert statuses(desk, task) == {"signed": "approved", "fee": "entered", "law": "approved", "renews": "approved"}


def test_unsure_failed_and_claimed_values_are_left_out(desk, bulks):
    desk.task(read=READ)
    preview = bulks.preview(desk.ana, request())
    assert (preview.approved, dict(preview.skipped)) == (1, {"below-confidence": 3})
    desk.tasks.claim_next(desk.ben, TaskFilters())
    assert dict(bulks.preview(desk.ana, request()).skipped) == {"not-editable-or-claimed": 4}


def test_answers_of_persons_are_replaced_only_on_request(desk, bulks):
    task = desk.task(read=SURE)
    desk.decide(desk.ben, task, "fee", "correct", "7 million")
    preview = bulks.preview(desk.ana, request(keys=("fee",)))
    assert (preview.overwritten, preview.entered) == (1, 0)
    assert bulks.approve(desk.ana, request(keys=("fee",)), digest=preview.digest) is None
    wanted = request(keys=("fee",), overwrite=True)
    made = bulks.approve(desk.ana, wanted, digest=bulks.preview(desk.ana, wanted).digest)
    assert desk.field(task, "fee").current.printed == "USD 4,000,000"
    bulks.reverse(desk.ana, made.id)
    assert desk.field(task, "fee").current.printed == "USD 7,000,000"


def test_reversal_keeps_what_was_decided_since(desk, bulks):
    task = desk.task(read=SURE)
    made = bulks.approve(desk.ana, request(), digest=bulks.preview(desk.ana, request()).digest)
    desk.decide(desk.ben, task, "signed", "correct", "1 May 2026")
    reversed_ = bulks.reverse(desk.ana, made.id)
    assert (reversed_.standing, reversed_.changed) == (0, 4)
    assert statuses(desk, task) == {"signed": "approved", "fee": "proposed", "law": "proposed", "renews": "proposed"}
    assert desk.field(task, "law", desk.ana).my_reading is None


def test_changed_values_need_a_new_preview(desk, bulks):
    task = desk.task(read=SURE)
    digest = bulks.preview(desk.ana, request()).digest
    desk.decide(desk.ben, task, "signed", "absent")
    with pytest.raises(BulkChangedError):
        bulks.approve(desk.ana, request(), digest=digest)
    with pytest.raises(BulkNotFoundError):
        bulks.get(desk.ana, desk.tenant)

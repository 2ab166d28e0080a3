"""Corrections of report lines teach the reader: later filings of the issuer, for the same readers, are read by them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.pagination import InvalidCursorError, PageRequest, encode_cursor
from app.documents.errors import NotEditableError
from app.quantities.periods import Period
from app.review.deciding.errors import FieldNotFoundError
from app.review.learnt.errors import NothingLearntError
from app.review.learnt.service import LearntService
from tests.extraction.fields.reports import document, figure
from tests.facts.made_facts import write_facts
from tests.review.desk import ReviewDesk, make_desk
from tests.waiting import wait_for
from workers.extraction.fields.rules import field_reader
from workers.maintenance.fields import FieldReading
from workers.schedule import call_field_readings

REPORT = {
    "title": "Report",
    "properties": {
        name: {"title": "Revenue", "type": "number", "x-field": {"rule": rule, "words": ["revenue"], "unit": "USD"}}
        for name, rule in (("revenue", "report.line"), ("revenue_prior", "report.prior_line"))
    }
    | {"note": {"title": "Note", "type": "string"}},
}
ISSUER = "UPDATE documents SET issuer = 'Zephyrine', issuer_key = 'zephyrine' WHERE id = :id"
STALE = "SELECT stale_since IS NOT NULL FROM review_tasks WHERE id = :id"


class Reading(FieldReading):
    """Reads the reports of the test, and counts how often each document was loaded."""

    def __init__(self, database) -> None:
        super().__init__(
            database=database.worker,
            outputs=None,
            stages={},
            reader=field_reader(),
            clock=SystemClock(),
            lease_seconds=60,
        )
        self.reports, self.loaded = {}, []

    def _load(self, work):
        self.loaded.append(work.version_id)
        return replace(self.reports[work.version_id], lessons=work.lessons)


class Learning:
    """Filings of one issuer. The machine takes "Gross sales" for revenue; it is "Net turnover"."""

    def __init__(self, desk: ReviewDesk) -> None:
        self.desk, self.reading = desk, Reading(desk.database)
        self.learnt = LearntService(database=desk.database.api, clock=SystemClock())
        self.schema = desk.schema(REPORT, "report")

    def file(self, year: int, *, issuer: str = ISSUER) -> UUID:
        """Publish the report of a year, and read it. Return the task."""
        this, before = (Period(date(each, 12, 31), date(each, 1, 1)) for each in (year, year - 1))
        facts = [
            figure("Revenue", str(year * 2), this, label="Gross sales", label_path=("Gross sales",)),
            figure("Revenue", str(year * 2 - 2), before, label="Gross sales", label_path=("Gross sales",)),
            figure(None, str(year), this, label="Net turnover", label_path=("Net turnover",)),
            figure(None, str(year - 1), before, label="Net turnover", label_path=("Net turnover",)),
        ]
        report = document(facts, end=date(year, 12, 31))
        found = self.desk.publish(report.parsed.pages[0].text)
        ((version,),) = self.desk.sql("SELECT current_version_id FROM documents WHERE id = :id", id=found)
        self.desk.sql(issuer, id=found)
        with self.desk.worker as session:
            write_facts(session, self.desk.tenant, found, version, list(report.facts))
        self.reading.reports[version] = report
        task, _ = self.desk.tasks.create_task(self.desk.ana, found, self.schema)
        assert self.reading.read(self.desk.tenant, task.row.id) == "done"
        return task.row.id

    def value(self, task: UUID, key: str = "revenue") -> Decimal:
        """Return the value of a field, in millions."""
        return (
            self.desk.field(task, key).current.value["number"]
            and Decimal(self.desk.field(task, key).current.value["number"]) / 1_000_000
        )

    def correct(self, task: UUID, year: int, by=None):
        """Correct the revenue to the figure of the right row."""
        ((page,),) = self.desk.sql(
            "SELECT p.text FROM pages p JOIN review_tasks t ON t.version_id = p.version_id WHERE t.id = :id", id=task
        )
        at = page.index(f"turnover {year}") + len("turnover ")
        quote = {"page": 1, "start": at, "end": at + 4, "quote": str(year), "table": 1, "row": 2, "column": 1}
        return self.desk.decide(by or self.desk.ana, task, "revenue", "correct", f"{year} million", evidence=[quote])

    def relay(self) -> None:
        """Do what the relay does: mark tasks whose lessons changed, and have them read."""
        call_field_readings(self.desk.database.relay, again_seconds=0)

    def reread(self, task: UUID) -> None:
        self.relay()
        wait_for(lambda: self.desk.sql(STALE, id=task) == [(True,)], what="a stale task")
        assert self.reading.read(self.desk.tenant, task) == "refreshed"
        assert self.desk.sql(STALE, id=task) == [(False,)]


@pytest.fixture
def learning(shared_database) -> Learning:
    return Learning(make_desk(shared_database))


def test_what_was_learnt_is_listed_in_pages(learning):
    tasks = [learning.file(year) for year in (2031, 2033, 2035)]
    for task, year in zip(tasks, (2031, 2033, 2035), strict=True):
        learning.correct(task, year)
    listed, cursor = [], None
    while True:
        page = learning.learnt.list_learnt(learning.desk.ana, PageRequest(limit=2, cursor=cursor))
        listed += [each.task_id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert listed == tasks[::-1]
    with pytest.raises(InvalidCursorError):
        learning.learnt.list_learnt(learning.desk.ana, PageRequest(cursor=encode_cursor("2031-01-01 x")))


def test_correction_on_one_filing_makes_next_years_filing_read_right(learning):
    first = learning.file(2031)
    assert learning.value(first) == 4062, "the machine takes the wrong row"
    learning.correct(first, 2031)
    (taught,) = learning.learnt.list_learnt(learning.desk.ana).items
    assert [(each.printed, each.item, each.is_item) for each in taught.lessons] == [
        ("Net turnover", "Revenue", True), ("Gross sales", "Revenue", False),
    ]  # fmt: skip
    following = learning.file(2032)
    assert (learning.value(following), learning.value(following, "revenue_prior")) == (2032, 2031)
    field = learning.desk.field(following, "revenue")
    assert field.row.confidence <= 0.9
    assert [check["name"] for check in field.proposal["checks"] if check["name"] == "learnt"] == ["learnt"]


def test_open_tasks_are_read_again_and_withdrawing_brings_back_what_was_read(learning):
    first, following = learning.file(2031), learning.file(2032)
    assert learning.value(following) == 4064
    learning.correct(first, 2031)
    loaded = len(learning.reading.loaded)
    learning.reread(following)
    assert (learning.value(following), len(learning.reading.loaded)) == (2032, loaded + 1)
    notes = learning.desk.sql(
        "SELECT count(*) FROM field_revisions WHERE task_id = :id AND action = 'propose' AND field_id IN "
        "(SELECT id FROM fields WHERE key = 'note')", id=following,
    )  # fmt: skip
    assert notes == [(1,)], "a field that the lesson is not about is not read again"
    field = learning.desk.field(first, "revenue")
    withdrawn = learning.learnt.withdraw(learning.desk.ben, field.row.id)
    assert withdrawn.withdrawn_by == learning.desk.ben.user_id
    learning.reread(following)
    assert learning.value(following) == 4064
    assert learning.learnt.withdraw(learning.desk.ana, field.row.id).withdrawn_by == learning.desk.ben.user_id
    assert learning.value(first) == 2031, "the value of the field itself stays"


def test_decided_fields_and_claims_stay_when_a_task_is_read_again(learning):
    first, following = learning.file(2031), learning.file(2032)
    learning.desk.decide(learning.desk.ana, following, "revenue", "approve")
    claimed = learning.desk.tasks.claim(learning.desk.ben, following)
    learning.correct(first, 2031)
    learning.reread(following)
    field = learning.desk.field(following, "revenue")
    assert (field.row.status, field.row.differs, learning.value(following)) == ("approved", False, 4064)
    assert learning.value(following, "revenue_prior") == 2031
    task = learning.desk.tasks.get_task(learning.desk.ben, following)
    assert (task.row.state, task.row.claimed_by, task.row.claim_token) == (
        "open", learning.desk.ben.user_id, claimed.row.claim_token,
    )  # fmt: skip


def test_undone_correction_teaches_nothing(learning):
    first, following = learning.file(2031), learning.file(2032)
    learning.correct(first, 2031)
    learning.reread(following)
    learning.desk.decide(learning.desk.ana, first, "revenue", "undo")
    assert learning.learnt.list_learnt(learning.desk.ana).items == []
    learning.reread(following)
    assert learning.value(following) == 4064


def test_absent_line_teaches_that_the_row_is_not_the_item(learning):
    first = learning.file(2031)
    learning.desk.decide(learning.desk.ana, first, "revenue", "absent")
    following = learning.file(2032)
    assert learning.desk.field(following, "revenue").current.answer is None, "unread: another row may be the item"


def test_other_readers_and_other_issuers_learn_nothing(learning):
    desk = learning.desk
    first = learning.file(2031)
    learning.correct(first, 2031)
    other = learning.file(2033, issuer=ISSUER.replace("ephyrine", "ircon"))
    assert learning.value(other) == 4066
    desk.collection = AccessService(database=desk.database.api).create_collection(desk.ana, name="Other").id
    elsewhere = learning.file(2034)
    assert learning.value(elsewhere) == 4068
    ((moved,),) = desk.sql("SELECT document_id FROM review_tasks WHERE id = :id", id=first)
    with desk.database.api.transaction(desk.ana) as session:
        assert session.scalar(text("SELECT move_document(:a, :b)"), {"a": moved, "b": desk.collection}) == "moved"
    learning.reread(elsewhere)
    assert learning.value(elsewhere) == 2034, "the documents now have the same readers"


def test_only_editors_of_the_document_withdraw_and_others_see_nothing(learning):
    first = learning.file(2031)
    learning.correct(first, 2031)
    field = learning.desk.field(first, "revenue").row.id
    stranger = make_desk(learning.desk.database)
    assert learning.learnt.list_learnt(stranger.ana).items == []
    with pytest.raises(FieldNotFoundError):
        learning.learnt.withdraw(stranger.ana, field)
    (seen,) = learning.learnt.list_learnt(learning.desk.reader).items
    assert seen.field_id == field
    lowered = replace(learning.desk.reader, roles=learning.desk.ana.roles)
    with pytest.raises(NotEditableError):
        learning.learnt.withdraw(lowered, field)
    with pytest.raises(NothingLearntError):
        learning.learnt.withdraw(learning.desk.ana, learning.desk.field(first, "note").row.id)

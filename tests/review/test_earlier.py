"""The last filing's values beside the fields of a task."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.principal import Principal
from app.documents.models import Document
from app.review.earlier.differences import describe_difference
from app.review.earlier.service import EarlierService
from app.review.values import DateValue, QuantityValue, TextValue, YesNoValue
from tests.review.desk import ReviewDesk


def amount(number: str, unit: str | None = "USD") -> QuantityValue:
    return QuantityValue(Decimal(number), unit)


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (amount("2000000"), amount("2250000"), "+USD 250,000 (+12.5%)"),
        (amount("2000000"), amount("1500000"), "\N{MINUS SIGN}USD 500,000 (\N{MINUS SIGN}25.0%)"),
        (amount("0"), amount("3"), "+USD 3"),
        (amount("4.25", "%"), amount("4.5", "%"), "+0.25 points"),
        (amount("25", "bps"), amount("0.25", "%"), "unchanged"),
        (amount("1"), amount("1", "EUR"), "changed"),
        (amount("1E+900"), amount("1"), "changed"),
        (DateValue(date(2026, 3, 1)), DateValue(date(2026, 2, 28)), "-1 day"),
        (TextValue("Ohio"), TextValue(" ohio"), "unchanged"),
        (YesNoValue(True), YesNoValue(False), "changed"),
        (None, amount("1"), "new"),
        (amount("1"), None, "no longer there"),
        (None, None, "unchanged"),
    ],
)
def test_difference_is_described_by_kind(before, now, words):
    assert describe_difference(before, now) == words


def file_for(desk: ReviewDesk, task: UUID, day: date) -> None:
    """Make the task's document one of an issuer, for the period that ends at `day`."""
    with desk.worker as session:
        document = session.get_one(Document, desk.tasks.get_task(desk.ana, task).row.document_id)
        document.issuer, document.issuer_key, document.period_end = "Varley Mills plc", "varley mills", day


@pytest.fixture
def filings(desk):
    """Tasks of three years of one issuer under one schema, the newest last; the fee of each stands approved."""
    tasks = []
    for year, fee in ((2024, "2,000,000"), (2025, "4,000,000"), (2026, "5,000,000")):
        view, _ = desk.tasks.create_task(desk.ana, desk.publish(), desk.schema())
        desk.read(view.row.id, {"fee": (fee, 0.5)})
        file_for(desk, view.row.id, date(year, 12, 31))
        tasks.append(view.row.id)
    return tasks


def approve_fee(desk, task):
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.cleo, task, "fee", "approve")


def earlier_of(desk: ReviewDesk, task: UUID, by: Principal | None = None):
    return EarlierService(database=desk.database.api).list_earlier(by or desk.ana, task)


def test_newest_earlier_filing_gives_the_value(desk, filings):
    for task in filings:
        approve_fee(desk, task)
    (found,) = earlier_of(desk, filings[2])
    assert (found.key, found.printed, found.day) == ("fee", "USD 4,000,000", date(2025, 12, 31))
    assert (found.compared, found.difference, found.is_same) == ("USD 5,000,000", "+USD 1,000,000 (+25.0%)", False)
    assert earlier_of(desk, filings[0]) == []


def test_value_that_waits_for_a_checker_is_no_earlier_value(desk, filings):
    approve_fee(desk, filings[0])
    desk.decide(desk.ana, filings[1], "fee", "approve")
    (found,) = earlier_of(desk, filings[2])
    assert found.day == date(2024, 12, 31)


def test_filing_out_of_sight_gives_no_value(desk, filings):
    approve_fee(desk, filings[1])
    with desk.worker as session:
        document = session.get_one(Document, desk.tasks.get_task(desk.ana, filings[1]).row.document_id)
        document.deleted_at = document.updated_at
    assert earlier_of(desk, filings[2]) == []


def test_reading_an_earlier_filing_is_audited_as_a_read_of_it(desk, filings):
    approve_fee(desk, filings[1])
    earlier_of(desk, filings[2])
    before = desk.tasks.get_task(desk.ana, filings[1]).row.document_id
    with desk.database.owner.transaction(desk.ana) as session:
        query = text("SELECT count(*) FROM audit_events WHERE object_id = :id AND detail ->> 'as' = 'earlier'")
        assert session.scalar(query, {"id": str(before)}) == 1

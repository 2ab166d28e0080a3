"""Approved and corrected figures of reports win over the facts that were read, at once, and answers say so."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.answers.events import AnswerStatus
from app.answers.service import AnswerService
from app.answers.writing.drafting import Drafter
from app.core.clock import SystemClock
from app.core.pagination import PageRequest
from app.core.principal import Role
from app.facts.filters import FactFilter
from app.facts.grid_periods import Periods
from app.facts.model import FactStatus, StatementKind
from app.facts.service import FactService
from app.observability.metrics import Metrics
from app.quantities.periods import Period
from app.review.exports.service import ExportService
from app.review.fields.figures import load_approved_figures
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import parse_definition
from app.review.tasks.views import TaskFilters
from app.review.values import QuantityValue
from tests.answers.conftest import INCOME_PAGE, NAMED
from tests.review.desk import ReviewDesk

REPORT = {
    "title": "Report",
    "x-document-types": ["10-K"],
    "properties": {
        "revenue": {"title": "Revenue", "type": "number", "x-field": {"rule": "report.line", "unit": "USD"}},
        "net_income": {"title": "Net income", "type": "number", "x-field": {"rule": "report.line", "unit": "USD"}},
    },
}
FY2022 = Period(date(2022, 6, 30), date(2021, 7, 1))
READ = {"revenue": "4210000000", "net_income": "412000000"}


def place_of(words: str) -> tuple[dict, ...]:
    start = INCOME_PAGE.index(words)
    return ({"page": 1, "start": start, "end": start + len(words), "quote": words},)


@pytest.fixture
def desk(office, reported) -> ReviewDesk:
    """The office's report, read by a schema."""
    editor = replace(office.owner, roles=frozenset({Role.EDITOR}))
    desk = ReviewDesk(office.database, editor, editor, editor, editor, office.other, office.collection)
    row = desk.tasks.create_task(editor, office.document, desk.schema(REPORT, "report"))[0].row
    schema = parse_definition("report", REPORT)
    period = office_period(office)
    with desk.worker as session:
        task = session.get_one(ReviewTask, row.id)
        task.state = "open"
        read = {
            spec.key: (
                spec.digest,
                Proposal(
                    spec.key,
                    ProposalState.FOUND,
                    QuantityValue(Decimal(READ[spec.key]), "USD", period),
                    (),
                    ReadingMethod.LEDGER,
                    0.9,
                ),
            )
            for spec in schema.fields
        }
        FieldWriter(session, task, datetime.now(UTC)).write(schema, read)
    desk.task_id = row.id
    return desk


def office_period(office) -> Period:
    (row,) = office.rows("SELECT max(last_end) AS last FROM facts WHERE item = 'Revenue'")
    assert row["last"] == FY2022.end
    return FY2022


@pytest.fixture
def ask(office, extractive):
    class Named:
        prepare = staticmethod(office.search.prepare)

        def search_in(self, *arguments, **options):
            found = office.search.search_in(*arguments, **options)
            return replace(found, understanding=replace(found.understanding, **NAMED))

    service = AnswerService(
        database=office.database.api,
        search=Named(),
        drafter=Drafter(extractive=extractive),
        clock=SystemClock(),
        metrics=Metrics(),
    )
    return lambda question: asyncio.run(service.answer(office.owner, question))


REVENUE = "What was Plain Holdings' net revenue in fiscal 2022?"
MARGIN = "What was Plain Holdings' net profit margin in fiscal 2022?"


def test_approved_figure_is_said_to_be_approved(desk, ask) -> None:
    before = ask(REVENUE)
    assert "$4,210 million" in before.claims[0].text
    assert "editor" not in before.notice
    desk.decide(desk.ana, desk.task_id, "revenue", "approve")
    answer = ask(REVENUE)
    assert answer.claims == before.claims
    assert "Revenue, FY2022, is approved by an editor on " in answer.notice


def test_corrected_figure_wins_in_answers_and_formulas(desk, ask) -> None:
    before = ask(MARGIN)
    assert "9.79%" in before.claims[0].text
    desk.decide(desk.ana, desk.task_id, "revenue", "correct", "USD 3,900 million", evidence=place_of("$3,900"))
    answer = ask(REVENUE)
    assert "$3,900 million" in answer.claims[0].text
    assert "$3,900" in answer.claims[0].citations[0].quote
    assert "Revenue, FY2022, is corrected by an editor on " in answer.notice
    assert "10.56%" in ask(MARGIN).claims[0].text
    desk.decide(desk.ana, desk.task_id, "revenue", "undo")
    assert "$4,210 million" in ask(REVENUE).claims[0].text


def test_corrected_figure_that_no_cell_shows_declines(desk, ask) -> None:
    desk.decide(desk.ana, desk.task_id, "revenue", "correct", "USD 4,300 million")
    answer = ask(REVENUE)
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert "is corrected by an editor" in answer.notice
    assert "4,300" in answer.notice


def test_approved_absence_stops_tables_from_answering(desk, ask) -> None:
    desk.decide(desk.ana, desk.task_id, "revenue", "absent")
    answer = ask(REVENUE)
    assert (answer.status, answer.claims) == (AnswerStatus.NOT_FOUND, ())
    assert "Revenue, FY2022, is not in the document, as an editor approved on " in answer.notice
    assert ask(MARGIN).status is AnswerStatus.NOT_FOUND
    assert "$412 million" in ask("What was Plain Holdings' net income in fiscal 2022?").claims[0].text
    desk.decide(desk.ana, desk.task_id, "revenue", "undo")
    assert "$4,210 million" in ask(REVENUE).claims[0].text


def test_every_interface_shows_the_same_approved_figure(desk, office) -> None:
    desk.decide(desk.ana, desk.task_id, "net_income", "approve")
    desk.decide(desk.ana, desk.task_id, "revenue", "correct", "USD 4,300 million")
    facts = FactService(database=office.database.api, approved=load_approved_figures)
    found = facts.list_facts(office.owner, FactFilter(status=FactStatus.APPROVED), PageRequest(limit=200)).items
    amounts = {stored.fact.item: (stored.fact.value, stored.approval.corrected) for stored in found}
    assert amounts == {"Revenue": (Decimal(4_300_000_000), True), "NetIncome": (Decimal(412_000_000), False)}
    rejected = facts.list_facts(office.owner, FactFilter(status=FactStatus.REJECTED), PageRequest(limit=200)).items
    assert [stored.fact.value for stored in rejected] == [Decimal(4_210_000_000)]
    issuer = found[0].source.issuer
    statements = facts.get_statements(office.owner, issuer, FactFilter(statements=tuple(StatementKind)))
    shown = {
        figure.shown.fact.value
        for grid in statements.build(Periods.ANNUAL, 8) for row in grid.rows for figure in row.figures
        if figure is not None and figure.shown.status is FactStatus.APPROVED
    }  # fmt: skip
    exported = ExportService(database=office.database.api).list_rows(
        office.owner, TaskFilters(document_id=office.document), only_approved=True, file_format="json"
    )
    assert shown == {row.value.number for row in exported} == {value for value, _ in amounts.values()}

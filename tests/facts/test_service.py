"""Tests of the ledger on a real database: permissions, filters, pages, and audit records."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.ids import new_id
from app.core.pagination import InvalidCursorError, PageRequest, encode_cursor
from app.db.session import system_principal
from app.facts.approved import ApprovedFigure, with_approved
from app.facts.codec import encode_facts
from app.facts.errors import StatementsTooLargeError, TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.formulas.service import FormulaService
from app.facts.grid_periods import Periods
from app.facts.model import Approval, FactStatus, FiscalLabel, Measure, Method, Place, StatementKind
from app.facts.service import FactService, IssuerStatements, load_ledger_facts
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError
from app.issuers.names import Issuer
from app.quantities.periods import Period
from tests.facts.made_facts import make_fact, write_facts
from tests.sent import sent_statements

LAST_YEAR = Period(date(2030, 12, 31), date(2030, 1, 1))
INCOME = FactFilter(statements=(StatementKind.INCOME,))
FACTS = (
    make_fact(),
    make_fact(value="3985000000", period=LAST_YEAR, fiscal=FiscalLabel(2030), place=Place(1, 9, 15, 1, 1, 2)),
    make_fact("Cost of sales", item=None, concept="CostOfRevenue", place=Place(1, 20, 26, 1, 2, 1), confidence=0.6),
    make_fact(
        "Americas",
        label_path=("Net sales", "Americas"),
        statement=StatementKind.SEGMENTS,
        dimensions=(("segment", "Americas"),),
        method=Method.TABLE,
        place=Place(2, 0, 6, 2, 1, 1),
    ),
)


@pytest.fixture
def service(shared_database) -> FactService:
    return FactService(database=shared_database.api)


@pytest.fixture
def ledger(desk):
    """The desk, whose document has the facts `FACTS`."""
    with desk.database.worker.transaction(system_principal(desk.owner.tenant_id)) as session:
        write_facts(session, desk.owner.tenant_id, desk.document, desk.version, FACTS)
    desk.rows("UPDATE documents SET issuer_key = 'juniper tool works', issuer = 'Juniper Tool Works, Inc.'")
    return desk


def select_numbers(service, desk, **conditions):
    return [each.number for each in service.list_facts(desk.owner, FactFilter(**conditions), PageRequest()).items]


@pytest.mark.parametrize(
    ("conditions", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"issuer_keys": ("juniper tool works",)}, [1, 2, 3, 4]),
        ({"issuer_keys": ("another",)}, []),
        ({"items": ("Revenue", "Assets")}, [1, 2, 4]),
        ({"concepts": ("CostOfRevenue",)}, [3]),
        ({"words": ("SALES", "net")}, [1, 2, 4]),
        ({"words": ("%",)}, []),
        ({"statements": (StatementKind.SEGMENTS,)}, [4]),
        ({"first_end": date(2031, 1, 1)}, [1, 3, 4]),
        ({"last_end": date(2030, 12, 31)}, [2]),
        ({"fiscal_year": 2030, "fiscal_part": "FY"}, [2]),
        ({"fiscal_part": "Q1"}, []),
        ({"method": Method.TABLE}, [4]),
        ({"least_confidence": 0.9}, [1, 2, 4]),
        ({"status": FactStatus.APPROVED}, []),
        ({"members": ()}, [1, 2, 3]),
        ({"members": ("Americas",)}, [4]),
    ],
)
def test_filter_selects_facts(service, ledger, conditions, numbers):
    assert select_numbers(service, ledger, **conditions) == numbers


def test_facts_of_another_version_are_not_in_the_ledger(service, ledger):
    ledger.rows("UPDATE documents SET current_version_id = :id", id=new_id())
    assert select_numbers(service, ledger) == []


def test_status_of_a_figure_is_read_from_its_line(service, ledger):
    ledger.rows("UPDATE facts SET statuses = :statuses WHERE number = 1", statuses=bytes([0, 1]))
    assert select_numbers(service, ledger, status=FactStatus.APPROVED) == [2]
    assert select_numbers(service, ledger, status=FactStatus.PROPOSED) == [1, 3, 4]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_have_every_fact_once(service, ledger, limit):
    page = service.list_facts(ledger.owner, FactFilter(), PageRequest(limit))
    seen = [page]
    while page.next_cursor is not None:
        page = service.list_facts(ledger.owner, FactFilter(), PageRequest(limit, page.next_cursor))
        seen.append(page)
    assert [stored.number for each in seen for stored in each.items] == [1, 2, 3, 4]
    assert all(len(each.items) <= limit for each in seen)


def test_list_continues_after_the_lines_that_a_request_reads(service, ledger, monkeypatch):
    monkeypatch.setattr("app.facts.service.MOST_LINES", 2)
    page = service.list_facts(ledger.owner, FactFilter(method=Method.TABLE), PageRequest(1))
    assert page.items == []
    found = service.list_facts(ledger.owner, FactFilter(method=Method.TABLE), PageRequest(1, page.next_cursor))
    assert [stored.number for stored in found.items] == [4]


@pytest.mark.parametrize("key", ["1", "x:1:1", f"{UUID(int=1)}:1", f"{UUID(int=1)}:1:-1", f"{UUID(int=1)}:1:1:1"])
def test_cursor_of_another_list_is_rejected(service, ledger, key):
    with pytest.raises(InvalidCursorError):
        service.list_facts(ledger.owner, FactFilter(), PageRequest(cursor=encode_cursor(key)))


def test_facts_of_hidden_document_are_absent(service, ledger):
    assert service.list_facts(ledger.other, FactFilter(), PageRequest()).items == []
    ledger.grant()
    assert len(service.list_facts(ledger.other, FactFilter(), PageRequest()).items) == len(FACTS)


def test_ledger_is_loaded_by_item_concept_or_words_of_the_label(ledger):
    with ledger.database.api.transaction(ledger.owner) as session:

        def load(**named):
            return [each.number for each in load_ledger_facts(session, ["juniper tool works"], **named)]

        assert load() == [1, 2, 3, 4]
        assert load(items=["Revenue"], concepts=["CostOfRevenue"]) == [1, 2, 3, 4]
        assert load(labels=[["cost", "sales"], ["americas"]]) == [3, 4]
        assert load(items=["Revenue"], wanted=FactFilter(members=())) == [1, 2]
        assert load(items=["Revenue"], wanted=FactFilter(of_group=True)) == [1, 2]
        assert load(items=["Assets"]) == load(labels=[["absent"]]) == []


def test_fact_names_its_document(ledger):
    with ledger.database.api.transaction(ledger.owner) as session:
        (source,) = {each.source for each in load_ledger_facts(session, document_ids=[ledger.document])}
    assert (source.document_id, source.version_id) == (ledger.document, ledger.version)
    assert (source.issuer_key, source.issuer, source.title) == (
        "juniper tool works",
        "Juniper Tool Works, Inc.",
        "Juniper Tool Works 10-K",
    )


@pytest.mark.parametrize(
    "name", ["Juniper Tool Works, Inc.", "juniper tool works", "JTW", "Juniper", "juniper tool", "123456"]
)
def test_issuer_is_found_by_its_names(service, ledger, name):
    ledger.rows("""UPDATE documents SET issuer_aliases = '{"names": ["juniper", "jtw", "0000123456"]}'""")
    assert service.get_statements(ledger.owner, name, INCOME).name == "Juniper Tool Works, Inc."
    found = service.list_facts(ledger.owner, FactFilter(), PageRequest(), issuer=name)
    assert [each.number for each in found.items] == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["", "Jun", "tool works"])
def test_issuer_is_not_found_by_a_part_of_a_word_or_the_last_words(service, ledger, name):
    ledger.rows("""UPDATE documents SET issuer_aliases = '{"names": ["juniper", "jtw"]}'""")
    with pytest.raises(IssuerNotFoundError):
        service.get_statements(ledger.owner, name, INCOME)
    with pytest.raises(IssuerNotFoundError):
        service.list_facts(ledger.owner, FactFilter(), PageRequest(), issuer=name)


def test_name_of_several_issuers_is_rejected_with_their_names(service, ledger):
    ledger.rows("""UPDATE documents SET issuer_aliases = '{"names": ["jtw"]}'""")
    ledger.rows(
        "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename,"
        " revision, created_at, created_by, updated_at, issuer_key, issuer)"
        " SELECT :id, tenant_id, collection_id, access_class_id, 'other', 'Report', 'b.html', 1, now(), created_by,"
        " now(),"
        " 'juniper mills', 'Juniper Mills' FROM documents",
        id=new_id(),
    )
    with pytest.raises(IssuerAmbiguousError) as raised:
        service.list_facts(ledger.owner, FactFilter(), PageRequest(), issuer="Juniper")
    assert "Juniper Mills; Juniper Tool Works, Inc." in raised.value.detail
    assert service.get_statements(ledger.owner, "Juniper Tool", INCOME).name == "Juniper Tool Works, Inc."


def read_statements(service, desk, *, has=lambda _: False, **wanted):
    return service.get_statements(desk.owner, "juniper tool works", FactFilter(**wanted), has=has)


def test_statements_have_periods_of_the_asked_days(service, ledger):
    view = read_statements(service, ledger, statements=(StatementKind.INCOME,), last_end=date(2030, 12, 31))
    (grid,) = view.build(Periods.ANNUAL, 8)
    assert [column.fiscal for column in grid.columns] == [FiscalLabel(2030)]


@pytest.mark.parametrize("days", [{"first_end": date(2031, 6, 1)}, {"first_end": date.min, "last_end": date.max}])
def test_limit_of_days_leaves_the_balance_at_the_beginning(service, desk, days):
    opening = {"period": Period(date(2030, 12, 31)), "fiscal": FiscalLabel(2030), "place": Place(1, 9, 15, 1, 2, 1)}
    facts = [
        make_fact("Net change in cash", statement=StatementKind.CASH_FLOW),
        make_fact("Cash at beginning of year", statement=StatementKind.CASH_FLOW, **opening),
    ]
    with desk.database.worker.transaction(system_principal(desk.owner.tenant_id)) as session:
        write_facts(session, desk.owner.tenant_id, desk.document, desk.version, facts)
    desk.rows("UPDATE documents SET issuer_key = 'juniper tool works'")
    (grid,) = read_statements(service, desk, statements=(StatementKind.CASH_FLOW,), **days).build(Periods.ANNUAL, 8)
    assert [column.fiscal for column in grid.columns] == [FiscalLabel(2031)]
    assert [row.label for row in grid.rows] == ["Net change in cash", "Cash at beginning of year"]


def test_limit_of_days_does_not_change_how_fiscal_years_are_numbered():
    def lines(kind, filed, label, period):
        (line,) = encode_facts([make_fact(fiscal=label, period=period)])
        described = (UUID(int=filed.year), UUID(int=filed.year), "juniper", "Juniper", kind, kind, filed, None)
        return [(*(getattr(line, field.name) for field in fields(line)), None, *described)]

    annual = lines("10-K", date(2031, 3, 1), FiscalLabel(2030), Period(date(2031, 1, 31), date(2030, 2, 1)))
    quarter = lines("10-Q", date(2032, 6, 1), FiscalLabel(2032, "Q1"), Period(date(2031, 4, 30), date(2031, 2, 1)))
    juniper = Issuer(UUID(int=0), "Juniper", frozenset(), ())
    for wanted in (INCOME, replace(INCOME, first_end=date(2031, 3, 1))):
        (grid,) = IssuerStatements(juniper, wanted, (), [*annual, *quarter]).build(Periods.QUARTERLY, 8)
        assert [column.fiscal for column in grid.columns] == [FiscalLabel(2031, "Q1")]


def test_statements_that_the_client_has_are_not_read_but_audited(service, ledger):
    tag = read_statements(service, ledger, statements=(StatementKind.INCOME,)).tag
    view = read_statements(service, ledger, statements=(StatementKind.INCOME,), has=lambda known: known == tag)
    assert view.lines is None
    with ledger.database.owner.transaction(system_principal(ledger.owner.tenant_id)) as session:
        read = select(AuditEvent).where(AuditEvent.action == "facts.statements.read").order_by(AuditEvent.id)
        events = session.scalars(read).all()
    assert [event.detail["count"] for event in events] == [2, 0]


@pytest.mark.parametrize(("limit", "most"), [("MOST_LINES", 1), ("MOST_FIGURES", 2)])
def test_issuer_with_too_many_facts_is_rejected(service, ledger, monkeypatch, limit, most):
    monkeypatch.setattr(f"app.facts.repository.{limit}", most)
    with pytest.raises(StatementsTooLargeError):
        read_statements(service, ledger, statements=tuple(StatementKind)).build(Periods.ANNUAL, 8)
    view = read_statements(service, ledger, statements=(StatementKind.SEGMENTS,))
    assert view.build(Periods.ANNUAL, 8)[0].count() == 1
    with ledger.database.api.transaction(ledger.owner) as session:
        assert load_ledger_facts(session, ["juniper tool works"]) == []
        assert len(load_ledger_facts(session, ["juniper tool works"], labels=[["americas"]])) == 1


def test_formula_of_an_issuer_with_too_many_facts_uses_those_of_its_items(ledger, monkeypatch):
    formulas = FormulaService(database=ledger.database.api)

    def evaluate(expression):
        (result,) = formulas.evaluate(ledger.owner, issuer="juniper tool works", expression=expression).results
        return result.value

    monkeypatch.setattr("app.facts.repository.MOST_LINES", 2)
    assert evaluate("Revenue - Revenue[FY2030]") == 225_000_000
    monkeypatch.setattr("app.facts.repository.MOST_LINES", 1)
    with pytest.raises(TooManyFactsError):
        evaluate("Revenue")


@pytest.mark.parametrize("rows", [1, 60])
def test_number_of_queries_for_statements_does_not_depend_on_their_rows(service, desk, rows):
    facts = [make_fact(f"Row {row}", item=None, place=Place(1, row, row + 1, 1, row, 1)) for row in range(rows)]
    with desk.database.worker.transaction(system_principal(desk.owner.tenant_id)) as session:
        write_facts(session, desk.owner.tenant_id, desk.document, desk.version, facts)
    desk.rows("UPDATE documents SET issuer_key = 'juniper tool works'")
    with sent_statements("footnote_api") as sent:
        view = read_statements(service, desk, statements=(StatementKind.INCOME,))
        assert view.build(Periods.ANNUAL, 8)[0].count() == rows
    assert len(sent) == 5


def test_reading_facts_is_audited(service, ledger):
    service.list_facts(ledger.owner, FactFilter(), PageRequest(limit=2))
    with ledger.database.owner.transaction(system_principal(ledger.owner.tenant_id)) as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "facts.fact.listed")).all()
    assert event.actor_id == ledger.owner.user_id
    assert event.detail == {"documents": [str(ledger.document)], "count": 2}


def approve(ledger, **changes) -> ApprovedFigure:
    about = {"version_id": ledger.version, "item": "Revenue", "period": make_fact().period, "measure": Measure.MONEY}
    about |= {"value": make_fact().value, "currency": "USD", "place": Place(1, 9, 15, 1, 1, 2)}
    return ApprovedFigure(
        **(about | {"approval": Approval(date(2032, 3, 1)), "revision": (ledger.version, 1)} | changes)
    )


def test_statements_and_formulas_prefer_what_editors_approved(ledger):
    decided: list[ApprovedFigure] = []
    options = {"database": ledger.database.api, "approved": lambda session, documents: tuple(decided)}
    service, formulas = FactService(**options), FormulaService(**options)

    def read():
        view = read_statements(service, ledger, statements=(StatementKind.INCOME,))
        (grid,) = view.build(Periods.ANNUAL, 8)
        shown = grid.rows[0].figures[0].shown
        (result,) = formulas.evaluate(ledger.owner, issuer="juniper tool works", expression="Revenue").results
        assert result.value == shown.fact.value
        return view.tag, shown.fact.value, shown.status, shown.approval

    tag, value, status, approval = read()
    assert (value, status, approval) == (4_210_000_000, FactStatus.PROPOSED, None)
    decided[:] = [approve(ledger)]
    assert read()[1:] == (4_210_000_000, FactStatus.APPROVED, Approval(date(2032, 3, 1)))
    assert read()[0] != tag, "the client must read the statements again"
    decided[:] = [approve(ledger, value=Decimal(3_985_000_000), revision=(ledger.version, 2))]
    assert read()[1:] == (3_985_000_000, FactStatus.APPROVED, Approval(date(2032, 3, 1), corrected=True))
    decided.clear()
    assert read() == (tag, 4_210_000_000, FactStatus.PROPOSED, None)


def test_approved_absence_and_other_versions_change_no_other_figures(ledger):
    with ledger.database.api.transaction(ledger.owner) as session:
        facts = load_ledger_facts(session, ["juniper tool works"])
    assert with_approved(facts, [approve(ledger, version_id=ledger.owner.tenant_id)]) == facts
    absent = with_approved(facts, [approve(ledger, value=None)])
    assert [stored.status for stored in absent] == [FactStatus.REJECTED, *[FactStatus.PROPOSED] * 3]
    assert with_approved(facts, [approve(ledger, item="Assets")]) == facts
    (added,) = with_approved(facts, [approve(ledger, item="Assets")], items=["Assets"])[len(facts) :]
    assert (added.number, added.fact.item, added.fact.fiscal) == (-1, "Assets", FiscalLabel(2031))

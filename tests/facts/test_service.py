"""Tests of proposed facts on a real database: permissions, source cells, and audit records."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.db.session import system_principal
from app.documents.errors import DocumentNotFoundError
from app.facts.service import FactService
from tests.facts.pages import read_pages


@pytest.fixture
def service(shared_database) -> FactService:
    return FactService(database=shared_database.api)


def test_every_proposed_fact_locates_its_cell(desk, service, statements):
    pages = [page.text for page in read_pages(["Annual report\n", *statements])[0].pages]
    facts = service.list_proposed(desk.owner, desk.document)
    assert len(facts) > 80
    for fact in facts:
        cell = pages[fact.page_number - 1][fact.char_start : fact.char_end]
        assert Decimal(cell.strip("$()").replace(",", "")) * 10**fact.scale == abs(fact.value)


def test_hidden_document_is_reported_as_not_found(desk, service):
    with pytest.raises(DocumentNotFoundError):
        service.list_proposed(desk.other, desk.document)
    desk.grant()
    assert service.list_proposed(desk.other, desk.document)


def test_document_that_is_not_searchable_yet_is_not_found(file_document, statements, service):
    desk = file_document(statements)
    with pytest.raises(DocumentNotFoundError):
        service.list_proposed(desk.owner, desk.document)


def test_reading_facts_is_audited(desk, service):
    service.list_proposed(desk.owner, desk.document)
    with desk.database.owner.transaction(system_principal(desk.owner.tenant_id)) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "facts.proposed.read")).all()
    read = [event for event in events if event.object_id == str(desk.document)]
    assert [(event.actor_id, event.detail["version_id"]) for event in read] == [(desk.owner.user_id, str(desk.version))]

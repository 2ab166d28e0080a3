"""Reads of one document through repositories. Each returns the document's id, or nothing if it is not visible."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.documents.errors import DocumentNotFoundError, PageNotFoundError
from app.documents.issuers import normalise_issuer
from app.documents.repository import DocumentRepository
from app.facts.filters import FactFilter
from app.facts.repository import FactRepository
from app.facts.service import list_ledger_states, load_ledger_facts
from app.issuers.reading import find_issuers, list_issuers_of
from app.tables.errors import TableNotFoundError
from app.tables.repository import TableRepository
from app.tables.service import find_tables_of_pages, list_tables_of_version


def read_document(session: Session, document: UUID) -> set[UUID]:
    try:
        return {DocumentRepository(session).get_document(document).id}
    except DocumentNotFoundError:
        return set()


def read_page(session: Session, version: UUID) -> set[UUID]:
    try:
        return {DocumentRepository(session).get_page(version, 1).document_id}
    except PageNotFoundError:
        return set()


def read_tables(session: Session, document: UUID, version: UUID) -> dict[str, set[UUID]]:
    """Return the results by way of reading."""
    repository = TableRepository(session)
    listed = repository.list_tables(version, page=1, words="of", after=0, limit=10)
    ways = {
        "list_tables": listed,
        "list_tables_of_version": list_tables_of_version(session, version),
        "find_tables_of_pages": find_tables_of_pages(session, [(version, 1)]).stored,
        "texts of a table": repository.get_page_texts(version, [1]),
    }
    found = {way: {document} if seen else set() for way, seen in ways.items()}
    try:
        found["get_table"] = {document} if repository.get_table(version, 1).data else set()
    except TableNotFoundError:
        found["get_table"] = set()
    return found


def read_facts(session: Session, document: UUID) -> dict[str, set[UUID]]:
    """Return the results by way of reading. Each asks for one document's facts."""
    wanted, repository = FactFilter(document_ids=(document,)), FactRepository(session)
    page, _ = repository.list_page(wanted, after=None, limit=10, most_lines=10)
    ways = {
        "list_page": page,
        "list_facts": repository.list_facts(wanted),
        "load_ledger_facts by item": load_ledger_facts(session, document_ids=[document], items=["Revenue"]),
        "load_ledger_facts by label": load_ledger_facts(session, document_ids=[document], labels=[["of"]]),
    }
    states = list_ledger_states(session, document_ids=[document])
    found = {way: {stored.source.document_id for stored in found} for way, found in ways.items()}
    return {**found, "list_ledger_states": {UUID(str(state[0])) for state in states}}


def read_issuers(session: Session, every: Iterable[UUID], name: str) -> dict[str, set[UUID]]:
    """Return the documents that take part in issuers, by way of reading. Each gives its ID as a name, and a merger
    joins all of them: an issuer has the IDs of the readable ones.
    """
    by_form = {document.hex: document for document in every}
    found = find_issuers(session, by_form)
    ways = {
        "find_issuers": find_issuers(session, [normalise_issuer(name)]),
        "find_issuers by every name": found,
        "list_issuers_of": list_issuers_of(session, [record for issuer in found for record in issuer.ids]),
    }
    return {
        way: {by_form[form] for issuer in issuers for form in issuer.list_forms() if form in by_form}
        for way, issuers in ways.items()
    }

"""Lists, counts and searches of documents go by the issuer, by its ID or any name that the reader may see."""

import pytest

from app.conversations.repository import ConversationRepository
from app.core.clock import SystemClock
from app.core.pagination import PageRequest
from app.documents.facets.service import FacetService
from app.documents.filters import DocumentFilters
from app.documents.metadata import NameKind
from app.documents.service import DocumentService
from app.issuers.finding import IssuerFinder
from app.retrieval.filters import SearchFilters
from app.retrieval.visible_issuers import with_records
from tests.issuers.conftest import read_names


@pytest.fixture
def listed(shelf):
    """Return a function that lists the documents of an issuer."""
    documents = DocumentService(database=shelf.database.api, blobs=None, clock=SystemClock(), issuers=IssuerFinder())

    def find(name, by=None):
        page = PageRequest(limit=50, cursor=None)
        found = documents.list_documents(by or shelf.editor, page, DocumentFilters(issuer=name))
        return {view.document.id for view in found.items}

    return find


@pytest.fixture
def counted(shelf):
    """Return a function that counts documents by issuer: (value, name, number)."""
    facets = FacetService(database=shelf.database.api, issuers=IssuerFinder())

    def count(by=None, **filters):
        found = facets.count_documents(by or shelf.editor, DocumentFilters(**filters))
        return [(one.value, one.label, one.count) for one in found.values["issuer"]]

    return count


def test_documents_are_listed_by_every_name_of_their_issuer(shelf, listed, counted):
    documents = {
        shelf.file(read_names("Acme Paper, Inc.", (NameKind.TICKER, "ACM"))),
        shelf.file(read_names("Newco Global plc", (NameKind.FORMER, "Acme Paper, Inc."))),
    }
    shelf.file(read_names("Ostmark Mills"))
    (issuer,) = shelf.find("Newco Global")
    for name in ("acme PAPER", "ACM", "Newco Global", "newco", *map(str, issuer.ids)):
        assert listed(name) == documents, name
    assert listed("Unknown Works") == set()
    assert counted() == [("Newco Global plc", "Newco Global plc", 2), ("Ostmark Mills", "Ostmark Mills", 1)]
    assert counted(issuer="ACM") == [("Newco Global plc", "Newco Global plc", 2)]


def test_reader_lists_by_the_names_that_visible_documents_give(shelf, listed, counted):
    document = shelf.file(read_names("Acme Paper, Inc."))
    shelf.file(read_names("Newco Global plc", (NameKind.FORMER, "Acme Paper, Inc.")), shelf.walled)
    assert listed("Newco Global", by=shelf.reader) == set()
    assert listed("Acme Paper", by=shelf.reader) == {document}
    assert counted(by=shelf.reader) == [("Acme Paper, Inc.", "Acme Paper, Inc.", 1)]


def test_issuers_with_one_name_are_counted_and_listed_apart(shelf, listed, counted):
    first = shelf.file(read_names("Harbour Trust", (NameKind.CIK, "0000000011")))
    second = shelf.file(read_names("Harbour Trust", (NameKind.CIK, "0000000022")))
    values = {value: count for value, name, count in counted() if name == "Harbour Trust"}
    assert list(values.values()) == [1, 1]
    assert {frozenset(listed(value)) for value in values} == {frozenset({first}), frozenset({second})}
    assert listed("Harbour Trust") == {first, second}


def test_searches_and_scopes_go_by_the_issuer(shelf):
    shelf.file(read_names("Acme Paper, Inc.", (NameKind.TICKER, "ACM")))
    shelf.file(read_names("Newco Global plc", (NameKind.FORMER, "Acme Paper, Inc.")))
    shelf.file(read_names("Ostmark Mills"), shelf.walled)
    (issuer,) = shelf.find("Newco Global")
    with shelf.database.api.transaction(shelf.reader) as session:
        for name in ("ACM", "Acme Paper", str(issuer.id)):
            assert set(with_records(session, SearchFilters(issuers=(name,))).issuer_records) == issuer.ids
        shown = ConversationRepository(session).name_issuers(["ACM", str(issuer.id), "Ostmark Mills", "Nobody"])
    assert shown == {"ACM": "ACM", str(issuer.id): "Newco Global plc"}

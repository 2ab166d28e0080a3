"""Tests of searches under row-level security: results, their order, and hidden documents."""

from datetime import date

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.documents.metadata import DocumentType, FiscalPeriod
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.retrieval.filters import SearchFilters
from app.retrieval.index.graphs import ensure_graphs
from app.retrieval.limits import SearchLimits
from app.retrieval.repository import SearchRepository
from app.retrieval.service import EMBEDDINGS_UNAVAILABLE, RetrievalService
from tests.retrieval.conftest import HashEmbedder

BALANCE = (
    "Consolidated Balance Sheets as of December 31 2021 2020\nCash and cash equivalents 1,204 998\n"
    "Receivables 310 290\nInventories 410 388\nTotal current assets 1,924 1,676\nGoodwill 800\nTotal assets 5,250\n"
    "Accounts payable 350 330\nTotal current liabilities 720 690\nLong-term debt 1,500 1,450\n"
    "Retained earnings 2,100 1,900\nTotal stockholders' equity 2,600 2,380"
)


@pytest.fixture
def service(library) -> RetrievalService:
    return RetrievalService(database=library.database.api, embedder=library.embedder)


def test_relevant_passage_ranks_first(library, service, page):
    collection = library.add_collection()
    library.add_document(collection, [page("weather of the year"), page("covenant leverage ratio of lenders")])
    result = service.search(library.reader(collection), "What is the leverage covenant?", k=2)
    first = result.passages[0]
    assert (first.text, first.page_number, first.rank) == ("covenant leverage ratio of lenders", 2, 1)
    assert result.passages[1].page_number == 1
    assert (result.degraded, result.plan) == (None, "exact")


class FailingEmbedder(HashEmbedder):
    """A stub embedder whose questions get no vectors."""

    def __init__(self, error):
        self.error = error

    def embed_query(self, text):
        raise self.error


@pytest.mark.parametrize("error", [ModelUnavailableError(), ModelNonsenseError()])
def test_search_without_a_vector_finds_words_and_is_degraded(library, page, error):
    collection = library.add_collection()
    library.add_document(collection, [page("weather of the year"), page("covenant leverage ratio of lenders")])
    service = RetrievalService(database=library.database.api, embedder=FailingEmbedder(error))
    reader = library.reader(collection)
    result = service.search(reader, "Which covenant do lenders have?", k=2)
    assert [passage.page_number for passage in result.passages] == [2]
    assert (result.degraded, result.plan) == (EMBEDDINGS_UNAVAILABLE, None)
    nothing = service.search(reader, "Unrelated words only", k=2)
    assert (nothing.passages, nothing.degraded) == ((), EMBEDDINGS_UNAVAILABLE)


def test_search_without_grant_returns_nothing(library, service, page):
    library.add_document(library.add_collection(), [page("secret merger")], issuer="Hidden Harbour Corp")
    result = service.search(library.reader(), "secret merger of Hidden Harbour", k=5)
    assert result.passages == ()
    assert result.understanding.issuer_names == ()


def test_hidden_issuer_is_not_recognised_and_visible_ones_are_searched(library, service, page):
    seen, hidden = library.add_collection(), library.add_collection()
    library.add_document(seen, [page("revenue of the visible one")], issuer="Lindenfeld Optics AG")
    library.add_document(hidden, [page("revenue of the hidden one")], issuer="Hidden Harbour Corp")
    result = service.search(library.reader(seen), "What is the revenue of Hidden Harbour?", k=5)
    assert result.understanding.issuer_keys == ()
    assert [passage.issuer for passage in result.passages] == ["Lindenfeld Optics AG"]


def test_hidden_document_changes_no_score(library, page):
    """Document frequencies count visible documents only, because scores must not reveal hidden documents."""
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    seen, hidden = library.add_collection(), library.add_collection()
    library.add_document(seen, [page("tranche pricing grid"), page("other matters")])
    reader = library.reader(seen)
    before = [(p.chunk_id, p.score) for p in service.search(reader, "tranche pricing", k=5).passages]
    library.add_document(hidden, [page("tranche pricing tranche pricing")] * 5)
    assert [(p.chunk_id, p.score) for p in service.search(reader, "tranche pricing", k=5).passages] == before


def test_requested_year_of_named_issuer_ranks_first(library, service, page):
    collection = library.add_collection()
    for issuer in ("Lindenfeld Optics AG", "Marlow Freight Inc."):
        for year in (2019, 2020, 2021):
            library.add_document(
                collection, [page(f"net sales were {year % 7} million")], issuer=issuer, fiscal_year=year
            )
    result = service.search(library.reader(collection), "What were Marlow Freight's net sales in FY2020?", k=3)
    assert {passage.issuer for passage in result.passages} == {"Marlow Freight Inc."}
    assert result.passages[0].period == "FY2020"


def test_only_pages_of_the_named_issuer_are_found_even_if_it_has_few(library, service, page):
    collection = library.add_collection()
    for issuer in ("Lindenfeld Optics AG", "Aldous Cement Corp", "Marlow Freight Inc."):
        net_sales = (
            page("Consolidated statements of income: net sales net sales") if issuer[0] != "M" else page("net sales")
        )
        library.add_document(collection, [net_sales], issuer=issuer, fiscal_year=2020)
    result = service.search(library.reader(collection), "What were Marlow Freight's net sales in FY2020?", k=3)
    assert [passage.issuer for passage in result.passages] == ["Marlow Freight Inc."]


def test_date_in_question_finds_report_of_that_date(library, service, page):
    collection = library.add_collection()
    for day in (date(2021, 3, 4), date(2021, 8, 9)):
        library.add_document(
            collection,
            [page("the board resolved")],
            issuer="Marlow Freight Inc.",
            document_type="8-K",
            fiscal_period=None,
            period_end=day,
        )
    result = service.search(library.reader(collection), "What did Marlow Freight's 8-K of August 9, 2021 say?", k=2)
    assert result.passages[0].period == "2021-08-09"


def test_named_statement_is_among_the_first_passages(library, service, page):
    collection = library.add_collection()
    prose = [
        page(f"management thinks that inventory turnover and the balance sheet are healthy {n}") for n in range(12)
    ]
    library.add_document(collection, [*prose, page(BALANCE)], issuer="Marlow Freight Inc.", fiscal_year=2021)
    question = "From the balance sheet, what is Marlow Freight's FY2021 inventory turnover?"
    result = service.search(library.reader(collection), question, k=3)
    assert 13 in {passage.page_number for passage in result.passages}


def test_ten_passages_cover_ten_pages_if_available(library, service, page):
    collection = library.add_collection()
    library.add_document(collection, [page(*["interest rate swap notional"] * 4)] + [page("swap")] * 11)
    result = service.search(library.reader(collection), "interest rate swap", k=12)
    assert len({passage.page_number for passage in result.passages[:10]}) == 10


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (SearchFilters(document_types=(DocumentType.FORM_10Q,)), {"Q2 FY2021"}),
        (SearchFilters(fiscal_years=(2020,)), {"FY2020"}),
        (SearchFilters(periods=(FiscalPeriod.FY,)), {"FY2020", "FY2021"}),
        (SearchFilters(issuers=("MARLOW FREIGHT, INC",), fiscal_years=(2021,)), {"FY2021", "Q2 FY2021"}),
        (SearchFilters(issuers=("Nobody Ltd",)), set()),
    ],
)
def test_filters_restrict_results(library, service, page, filters, expected):
    collection = library.add_collection()
    for kind, year, period in (("10-K", 2020, "FY"), ("10-K", 2021, "FY"), ("10-Q", 2021, "Q2")):
        library.add_document(
            collection,
            [page("net sales")],
            issuer="Marlow Freight Inc.",
            document_type=kind,
            fiscal_year=year,
            fiscal_period=period,
        )
    result = service.search(library.reader(collection), "net sales", filters, 10)
    assert {passage.period for passage in result.passages} == expected


def test_collection_filter_includes_nested_collections(library, service, page):
    outer = library.add_collection()
    inner, beside = library.add_collection(outer), library.add_collection()
    wanted = library.add_document(inner, [page("net sales")])
    library.add_document(beside, [page("net sales")])
    reader = library.reader(outer, beside)
    result = service.search(reader, "net sales", SearchFilters(collection_ids=(outer,)), 10)
    assert [passage.document_id for passage in result.passages] == [wanted]


def test_filters_do_not_reveal_hidden_documents(library, service, page):
    hidden = library.add_document(library.add_collection(), [page("net sales")])
    result = service.search(library.reader(), "net sales", SearchFilters(document_ids=(hidden,)), 10)
    assert result.passages == ()


@pytest.mark.parametrize("question", ["", "   ", "?", "\u200b", "the of and", "x" * 20_000, "'; DROP TABLE chunks; --"])
def test_odd_question_returns_passages(library, service, page, question):
    collection = library.add_collection()
    library.add_document(collection, [page("net sales"), page("gross profit")])
    assert len(service.search(library.reader(collection), question, k=5).passages) == 2


@pytest.mark.parametrize("limits", [SearchLimits(exact_chunks=0, graph_chunks=0), SearchLimits(exact_chunks=0)])
def test_graph_and_signatures_rank_matching_passage_first(library, page, limits):
    """With these limits, search uses the plans for many visible chunks: the graph, or signatures."""
    collection = library.add_collection()
    words = (
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
    )
    library.add_document(collection, [page(f"{word} tranche {number}") for number, word in enumerate(words)])
    ensure_graphs(library.database.owner.engine, least_chunks=len(words))
    walking = RetrievalService(database=library.database.api, embedder=library.embedder, limits=limits)
    reader = library.reader(collection)
    for word in words:
        found = walking.search(reader, f"{word} tranche", k=3)
        assert word in found.passages[0].text
        assert found.plan == ("graph" if limits.graph_chunks == 0 else "signatures")


def test_documents_of_an_earlier_embedding_space_are_found_by_words(library, page):
    reader = library.reader(shelf := library.add_collection())
    old = library.add_document(shelf, [page("Goodwill rose."), page("Inventories fell.")])
    library.add_document(shelf, [page("Warranty claims rose."), page("Rates of interest fell.")])
    with library.database.owner.transaction(system_principal(library.tenant_id)) as session:
        for table in ("chunk_embeddings", "chunk_signatures"):
            session.execute(text(f"DELETE FROM {table} WHERE document_id = :old"), {"old": old})
    service = RetrievalService(
        database=library.database.api, embedder=library.embedder, limits=SearchLimits(exact_chunks=0)
    )
    assert "Warranty" in service.search(reader, "warranty claims", k=4).passages[0].text
    assert "Goodwill" in service.search(reader, "goodwill", k=4).passages[0].text


def test_chunks_are_ranked_again_when_their_documents_change(library, service, page, monkeypatch):
    ranked = []
    list_terms = SearchRepository.list_terms
    monkeypatch.setattr(
        SearchRepository, "list_terms", lambda *arguments: ranked.append(arguments) or list_terms(*arguments)
    )
    shelf, other = library.add_collection(), library.add_collection()
    reader = library.reader(shelf)
    question = "What is the leverage covenant?"

    def search(principal=reader):
        return [passage.document_title for passage in service.search(principal, question, k=3).passages]

    library.add_document(shelf, [page("covenant leverage ratio of lenders")], issuer="Lindenfeld Optics AG")
    first = search()
    assert (search(), len(ranked)) == (first, 1)
    assert (search(library.reader(shelf)), len(ranked)) == (first, 1)
    assert (search(library.reader(other)), len(ranked)) == ([], 1)
    library.add_document(other, [page("covenant leverage ratio of others")], issuer="Hidden Harbour Corp")
    assert (search(), len(ranked)) == (first, 1)
    library.add_document(shelf, [page("leverage covenant")], issuer="Lindenfeld Optics AG", fiscal_year=2022)
    assert (len(search()), len(ranked)) == (2, 2)
    with library.database.worker.transaction(system_principal(library.tenant_id)) as session:
        session.execute(text("UPDATE documents SET issuer = NULL, issuer_key = NULL WHERE fiscal_year = 2022"))
    assert (len(search()), len(ranked)) == (2, 3)

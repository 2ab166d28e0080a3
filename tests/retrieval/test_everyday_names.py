"""Issuers whose name is an everyday word: a question about one that no document names is not answered from others."""

import pytest

from app.retrieval.service import RetrievalService

EVERYDAY = (
    "net sales rose; leaders meet at a summit; a bridge loan of 5%; a boot of leather; a pilot flies; a crown of gold; "
    "a block of shares; women buy apparel; women's apparel net sales; parent guarantees; a lender consents; management "
    "expects; employees own shares; growth slowed; our segment revenue; customers hold deposits; goodwill is tested"
)


@pytest.fixture(scope="module")
def understand(module_library, page):
    library = module_library
    collection = library.add_collection()
    for issuer in ("Marlow Freight, Inc.", "Lindenfeld Optics AG"):
        pages = [page(f"{issuer} annual report"), page(EVERYDAY)]
        library.add_document(collection, pages, issuer=issuer, fiscal_year=2021)
    library.add_document(
        collection,
        [page("Tamar Inns annual report"), page("we accept Lantern cards; a lantern hangs")],
        issuer="Tamar Inns",
    )
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    reader = library.reader(collection)
    return lambda question: service.search(reader, question, k=3).understanding


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What was Summit's revenue in 2021?", "Summit"),
        ("Summit's revenue in 2021?", "Summit"),
        ("What was Bridge's gross margin?", "Bridge"),
        ("Bridge's gross margin in 2021?", "Bridge"),
        ("How much debt does Pilot have?", "Pilot"),
        ("What did Boot report as net sales in 2021?", "Boot"),
        ("What is Crown's revenue growth?", "Crown"),
    ],
)
def test_everyday_word_in_the_place_of_an_issuer_names_one_that_is_absent(understand, question, name):
    assert understand(question).absent_issuers == (name,)


@pytest.mark.parametrize(
    "question",
    [
        "What are the Lender's obligations?",
        "What is Parent's leverage?",
        "What was Segment's revenue?",
        "What are Management's plans?",
        "Management's outlook for 2022?",
        "What drove Growth's increase?",
        "What are Customers' deposits?",
        "What is Employees' share?",
        "Women's share of net sales?",
        "What were Women's apparel net sales?",
        "Goodwill's share of total assets?",
        "Bridge gross margin in 2021?",
        "Is there a Boot in service?",
        "Did Management have plans?",
        "How do Lantern's cards work?",
    ],
)
def test_parts_of_issuers_and_first_words_are_no_absent_issuers(understand, question):
    assert understand(question).absent_issuers == ()

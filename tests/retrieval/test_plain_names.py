"""Issuers' names as people type them: small letters, digits, no apostrophe; and names of issuers that nobody has."""

import pytest

from app.retrieval.service import RetrievalService

ISSUERS = (
    "Lantern, Inc.",
    "The Rovers Companies, Inc.",
    "4T Company",
    "J. Q. Harmon Corporation",
    "Oldwick Depot, Inc.",
    "C5 Systems, Inc.",
    "Marlow Freight, Inc.",
    "Strollers Group, Inc.",
    "Kesselby Brewing Company",
)
BODY = "net sales rose; revenue of ferries; lower costs; banks lend; we operate games and services; batteries are sold"
RIVALS = "we compete with Tarrow's and with Lowdens stores"


@pytest.fixture(scope="module")
def understand(module_library, page):
    library = module_library
    collection = library.add_collection()
    for issuer in ISSUERS:
        rivals = [RIVALS] if issuer.startswith("Oldwick") else []
        pages = [page(f"{issuer} annual report"), page(BODY, *rivals)]
        library.add_document(collection, pages, issuer=issuer, fiscal_year=2024)
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    reader = library.reader(collection)
    return lambda question: service.search(reader, question, k=3).understanding


@pytest.mark.parametrize(
    ("question", "issuers"),
    [
        ("how much did lantern earn in 2024", ("Lantern, Inc.",)),
        ("how much did storms cost rovers in 2024", ("The Rovers Companies, Inc.",)),
        ("4t net sales 2024", ("4T Company",)),
        ("does 4T pay a dividend", ("4T Company",)),
        ("harmon revenue 2024", ("J. Q. Harmon Corporation",)),
        ("What was Harmon's revenue in 2024?", ("J. Q. Harmon Corporation",)),
        ("jq harmon revenue", ("J. Q. Harmon Corporation",)),
        ("c5 revenue 2024", ("C5 Systems, Inc.",)),
        ("oldwik depot sales", ("Oldwick Depot, Inc.",)),
        ("how did the combined ratio of strollers change", ("Strollers Group, Inc.",)),
        # Documents have the stem of these names.
        ("by how much did kesselbys seltzer sales shrink", ("Kesselby Brewing Company",)),
        ("what is the leverage of oldwicke depot", ("Oldwick Depot, Inc.",)),
        ("marlow vs lantern vs 4t net sales", ("Marlow Freight, Inc.", "Lantern, Inc.", "4T Company")),
    ],
)
def test_issuer_is_found_as_people_type_its_name(understand, question: str, issuers: tuple[str, ...]) -> None:
    understood = understand(question)
    assert understood.issuer_names == issuers
    assert understood.absence() is None


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what were quorvins net sales in 2024", "quorvins"),
        ("how much did quorvin earn in 2024", "quorvin"),
        ("does quorvin pay a dividend", "quorvin"),
        ("what is the gross margin of quorvin", "quorvin"),
        ("revenue of quorvin in 2024", "quorvin"),
        ("who is the ceo of quorvin", "quorvin"),
        ("What was 7R's net income in 2024?", "7R"),
        ("how much did 7r earn in 2024", "7r"),
        ("7R net sales 2024", "7R"),
        # A word with the stem of a common one, which is not its plural.
        ("What was Bankes revenue in fiscal 2024?", "Bankes"),
        ("what were bankes net sales", "bankes"),
        # Companies that documents only name as competitors.
        ("What was Tarrow's revenue in fiscal 2024?", "Tarrow"),
        ("tarrows revenue fiscal 2024", "tarrows"),
        ("how much did lowdens earn in 2024", "lowdens"),
    ],
)
def test_issuer_that_no_document_is_of_is_absent(understand, question: str, name: str) -> None:
    understood = understand(question)
    assert understood.absent_issuers == (name,)
    assert not understood.issuer_keys
    assert understood.is_absent()


@pytest.mark.parametrize("question", ["lantern vs quorvin revenue", "compare lantern and quorvin net sales 2024"])
def test_absent_issuer_of_a_comparison_in_small_letters_is_reported(understand, question: str) -> None:
    understood = understand(question)
    assert (understood.issuer_names, understood.absent_issuers) == (("Lantern, Inc.",), ("quorvin",))


@pytest.mark.parametrize(
    "question",
    [
        "what was q3 revenue",
        "What was 2H23's revenue?",
        "9m revenue 2024",
        "What was 10K's revenue figure?",
        "what was 5g revenue",
        "What were Games revenues in 2024?",
        "what were services net sales",
        "what were ferries revenues",
        "do bondholders have covenants",
        "how much was the amortisation of goodwill",
        "what is the cost of revenue",
        "compare revenue and ebitda",
        "did lower costs pay off",
    ],
)
def test_periods_products_and_measures_are_no_absent_issuers(understand, question: str) -> None:
    assert understand(question).absent_issuers == ()


def test_phrase_of_an_implied_issuer_is_the_one_of_the_question(module_library, page):
    library = module_library
    collection = library.add_collection()
    cover = page("First Callum Bancorp; common stock; ticker FCMB; FCMB trades on the exchange")
    library.add_document(collection, [cover, page("nonperforming loans rose")], issuer="First Callum Bancorp, Inc.")
    library.add_document(collection, [page("Marlow Freight"), page("net sales")], issuer="Marlow Freight, Inc.")
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    question = "How did FCMB's nonperforming loans change?"
    understood = service.search(library.reader(collection), question, k=3).understanding
    assert understood.issuer_names == ("First Callum Bancorp, Inc.",)
    assert understood.issuer_phrases == ("FCMB",)

"""Tests of the documents that a question is searched in, and of names that no visible document is of."""

import pytest

from app.documents.metadata import NameKind, NameReading
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.understanding import Understanding
from app.retrieval.service import RetrievalService, SearchResult

FILLER = "the weather was mild, deliveries came in time, and prices of inputs were stable"


@pytest.fixture(scope="module")
def shelf(module_library, page):
    """A collection with documents of four issuers, and a reader of it."""
    library = module_library
    collection = library.add_collection()
    marlow = [
        page("Marlow Freight annual report"),
        page("net sales rose"),
        page("Our Lantern brand grew, Lantern sold"),
    ]
    library.add_document(collection, marlow, issuer="Marlow Freight, Inc.", fiscal_year=2021)
    lindenfeld = [
        page("Lindenfeld Optics annual report"),
        page(
            "we compete with Persimmon Foods, Inc. and with Quillon Works; customers are Beacon Inc. and Target Corp."
        ),
        page("net sales fell; net sales of lenses"),
        *[page(FILLER)] * 40,
        page("Ms. Ada Tarrowby, Chief Executive Officer, joined; Tarrowby owns shares"),
    ]
    library.add_document(collection, lindenfeld, issuer="Lindenfeld Optics AG", fiscal_year=2021)
    library.add_document(collection, [page("Brannock Hollis net sales"), page("margin")], issuer="Brannock Hollis Corp")
    # Read wrongly, or hardly read: only the text shows the issuer.
    release = [page("Brannock Hollis reports results: net sales of fiscal 2022"), page("Brannock Hollis outlook")]
    library.add_document(collection, release, issuer="The Company", document_type="earnings-release")
    guessed = [page("Brannock Hollis interim report, net sales"), page("signed for Brannock Hollis")]
    library.add_document(collection, guessed, issuer="Wells Exchange", confidence=0.5, document_type="10-Q")
    unknown = [page(FILLER)] * 30 + [page("a lease with Brannock Hollis, net sales")]
    library.add_document(collection, unknown, document_type="other")
    library.add_document(
        collection, [page("Tolland Cove notes"), page("Tolland Cove net sales")], document_type="other"
    )
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    reader = library.reader(collection)

    def ask(question: str) -> SearchResult:
        return service.search(reader, question, k=40)

    return ask


def understand(shelf, question: str) -> Understanding:
    return shelf(question).understanding


def issuers_found(shelf, question: str) -> set[tuple[str | None, str]]:
    return {(passage.issuer, passage.document_type) for passage in shelf(question).passages}


@pytest.mark.parametrize(
    "question",
    ["What were Brannock Hollis's net sales?", "What were Branock Hollis' net sales?", "BraHol net sales 2022"],
)
def test_documents_of_the_named_issuer_are_searched_whoever_their_metadata_name(shelf, question: str) -> None:
    assert issuers_found(shelf, question) == {
        ("Brannock Hollis Corp", kind) for kind in ("10-K", "earnings-release", "10-Q")
    }


def test_document_without_issuer_that_begins_with_a_name_is_of_that_issuer(shelf) -> None:
    result = shelf("What were Tolland Cove's net sales?")
    assert result.understanding.absence() is None
    assert {passage.document_type for passage in result.passages} == {"other"}
    assert all("Tolland Cove" in passage.text for passage in result.passages)


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("What were Zephyrine's net sales?", ("Zephyrine",)),
        ("what were zephyrine's net sales?", ("zephyrine",)),
        ("What were the net sales of Persimmon Foods in 2021?", ("Persimmon Foods",)),
        ("Who are the main customers of Quillon Works?", ("Quillon Works",)),
        ("What did American Quarry earn in 2021?", ("American Quarry",)),
        ("What was Beacon's revenue?", ("Beacon",)),
        ("What was Target's revenue?", ("Target",)),
        ("What are Lantern's net sales?", ()),
        ("How many Lanterns were sold?", ()),
        ("What does Ada Tarrowby own?", ()),
        ("What were net sales in 2021?", ()),
        ("What was the Operating Margin?", ()),
        ("What were net sales in Norway?", ()),
    ],
)
def test_issuer_without_documents_is_told_from_products_and_people(
    shelf, question: str, absent: tuple[str, ...]
) -> None:
    understood = understand(shelf, question)
    assert understood.absent_issuers == absent
    assert understood.is_implied or not understood.issuer_keys
    expected = f"No document that you may see is of {absent[0]}." if absent else None
    assert understood.absence() == expected


def test_product_of_one_issuer_is_searched_in_its_documents_only(shelf) -> None:
    result = shelf("How did Lantern do in 2021?")
    assert {passage.issuer for passage in result.passages} == {"Marlow Freight, Inc."}
    assert (result.understanding.is_implied, result.understanding.issuer_names) == (True, ("Marlow Freight, Inc.",))


def test_name_that_no_document_mentions_is_unseen(shelf) -> None:
    understood = understand(shelf, "Does it lease ships from Tamar-Blake?")
    assert understood.absence() == "No document that you may see mentions Tamar-Blake."


def test_comparison_with_an_issuer_without_documents_says_so(shelf) -> None:
    understood = understand(shelf, "Compare the net sales of Marlow Freight and Zephyrine")
    assert understood.issuer_names == ("Marlow Freight, Inc.",)
    assert understood.absence() == "No document that you may see is of Zephyrine."


def test_comparison_with_a_company_that_is_only_mentioned_says_so(shelf) -> None:
    understood = understand(shelf, "Is Lindenfeld Optics larger than Persimmon Foods?")
    assert understood.issuer_names == ("Lindenfeld Optics AG",)
    assert understood.absence() == "No document that you may see is of Persimmon Foods."


@pytest.mark.parametrize(
    "question",
    [
        "Compare the net sales of Marlow Freight and Lindenfeld Optics",
        "Is Marlow Freight larger than Lindenfield Optics?",
    ],
)
def test_both_issuers_of_a_comparison_are_searched(shelf, question: str) -> None:
    assert issuers_found(shelf, question) == {("Marlow Freight, Inc.", "10-K"), ("Lindenfeld Optics AG", "10-K")}


def test_other_issuers_are_searched_if_the_question_asks_for_them(shelf) -> None:
    assert len(issuers_found(shelf, "Which companies compete with Marlow Freight in net sales?")) > 2


def test_question_without_names_is_open_among_several_issuers(shelf) -> None:
    assert understand(shelf, "What were net sales in 2021?").is_open
    assert not understand(shelf, "What were Marlow Freight's net sales?").is_open


def test_misspelling_is_recorded_with_the_issuer_that_was_taken(shelf) -> None:
    assert understand(shelf, "Lindenfield Optics net sales").respelt == (
        ("Lindenfield Optics", "Lindenfeld Optics AG"),
    )


def test_word_that_documents_use_is_no_misspelling(library, page) -> None:
    collection = library.add_collection()
    library.add_document(collection, [page("Marlowe net sales")], issuer="Marlow, Inc.")
    library.add_document(collection, [page("paid to Marlowe Brothers")], issuer="Aldous Cement")
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    understood = service.search(library.reader(collection), "What did Marlowe earn?", k=3).understanding
    assert understood.respelt == ()


def test_only_visible_issuer_is_meant_by_a_question_without_names(library, page) -> None:
    seen, hidden = library.add_collection(), library.add_collection()
    library.add_document(seen, [page("net sales of the year")], issuer="Lindenfeld Optics AG")
    library.add_document(hidden, [page("net sales of the year")], issuer="Hidden Harbour Corp")
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    understood = service.search(library.reader(seen), "What were net sales?", k=3).understanding
    assert (understood.issuer_names, understood.is_implied, understood.is_open) == (
        ("Lindenfeld Optics AG",),
        True,
        False,
    )


def test_hidden_and_unknown_names_are_understood_alike(library, page) -> None:
    seen, hidden = library.add_collection(), library.add_collection()
    library.add_document(seen, [page("net sales of the year")], issuer="Lindenfeld Optics AG")
    library.add_document(hidden, [page("Zephyrine net sales")], issuer="Zephyrine Corp")
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    reader = library.reader(seen)
    hidden_one, unknown = (
        service.search(reader, f"What were {name}'s net sales?", k=3).understanding
        for name in ("Zephyrine", "Zyphorene")
    )
    assert hidden_one.absence() == "No document that you may see is of Zephyrine."
    assert unknown.absence() == "No document that you may see is of Zyphorene."
    assert hidden_one.as_record().keys() == unknown.as_record().keys()


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What were Marlow Freight's net sales in fiscal 2031?", "fiscal 2031 of Marlow Freight, Inc."),
        ("What were Marlow Freight's net sales in 1998?", "fiscal 1998 of Marlow Freight, Inc."),
        ("What were Marlow Freight's net sales in Q2 2031?", "Q2 2031 of Marlow Freight, Inc."),
        ("What were Marlow Freight's net sales in 2021?", None),
        ("What were Marlow Freight's net sales in fiscal 2019?", None),
        ("Which notes of Marlow Freight mature in 2031?", None),
        ("What was Marlow Freight's net debt due in 2031?", None),
    ],
)
def test_periods_that_no_document_covers_are_said(shelf, question: str, sentence: str | None) -> None:
    understood = understand(shelf, question)
    assert understood.absence() == (sentence and f"No document that you may see covers {sentence}")
    assert understood.is_absent() == (sentence is not None)


def test_comparison_with_a_year_that_no_document_covers_is_not_declined(shelf) -> None:
    understood = understand(shelf, "How did Marlow Freight's net sales of FY2031 differ from FY2021?")
    assert understood.missing_periods == ("fiscal 2031",)
    assert not understood.is_absent()


def read(name: str, kind: NameKind) -> NameReading:
    return NameReading(name, kind, 1, 0, 5, 0.95)


@pytest.fixture(scope="module")
def renamed(module_library, page):
    """Documents of an issuer before and after it was renamed, and of another one with the same first word."""
    library = module_library
    collection = library.add_collection()
    before = (read("Quillmere Paper, Inc.", NameKind.COVER), read("0000004711", NameKind.CIK))
    after = (
        read("Ostrander, Inc.", NameKind.COVER),
        read("Quillmere Paper, Inc.", NameKind.FORMER),
        read("0000004711", NameKind.CIK),
    )
    other = (read("Ostrander Quays, Inc.", NameKind.COVER), read("0000000815", NameKind.CIK))
    for issuer, names in (
        ("Quillmere Paper, Inc.", before),
        ("Ostrander, Inc.", after),
        ("Ostrander Quays, Inc.", other),
    ):
        library.add_document(collection, [page(f"{issuer} report"), page("net sales")], issuer=issuer, names=names)
    service = RetrievalService(database=library.database.api, embedder=library.embedder)
    reader = library.reader(collection)
    return lambda question, filters=None: service.search(reader, question, filters, k=20)


@pytest.mark.parametrize(
    "question", ["What were Ostrander's net sales?", "Quillmere net sales 2021", "What did Qillmere Paper earn?"]
)
def test_documents_of_a_renamed_issuer_are_searched_under_each_name(renamed, question: str) -> None:
    result = renamed(question)
    assert {passage.issuer for passage in result.passages} == {"Quillmere Paper, Inc.", "Ostrander, Inc."}
    assert set(result.understanding.issuer_keys) == {"quillmere paper", "ostrander"}
    assert result.understanding.shared_names == ()


@pytest.mark.parametrize(
    ("question", "unseen"),
    [
        ("What were Marlow Freight's net sales in Liechtenstein?", ("Liechtenstein",)),
        ("What were net sales to Quorrin Tarn by Marlow Freight in Estonia?", ("Quorrin Tarn", "Estonia")),
        ("What interest did Marlow Freight pay on its notes due 2049?", ("2049",)),
        ("What were Marlow Freight's net sales of Lantern?", ()),
        ("What were Marlow Freight's Net Sales?", ()),
        # Words that documents may write otherwise: adjectives, acronyms, and misspelt names.
        ("What were Marlow Freight's Finnish net sales?", ()),
        ("What was Marlow Freight's ROTCE in EMEA?", ()),
        ("Did Marlow Freight's sales at Marlowfreight and Marlo Freight grow?", ()),
    ],
)
def test_name_or_place_that_no_document_of_the_issuer_has_is_absent(shelf, question: str, unseen) -> None:
    understanding = understand(shelf, question)
    assert understanding.unseen_names == unseen
    assert understanding.is_absent() == bool(unseen)
    if unseen:
        assert understanding.absence() == (
            f"No document of Marlow Freight, Inc. that you may see mentions {', '.join(unseen)}."
        )


def test_issuer_with_a_longer_name_is_another_one(renamed) -> None:
    assert {passage.issuer for passage in renamed("Ostrander Quays' net sales").passages} == {"Ostrander Quays, Inc."}


@pytest.mark.parametrize("name", ["Ostrander", "quillmere paper, inc."])
def test_filter_by_any_name_of_an_issuer_finds_its_documents(renamed, name: str) -> None:
    found = renamed("net sales", SearchFilters(issuers=(name,)))
    assert {passage.issuer for passage in found.passages} == {"Quillmere Paper, Inc.", "Ostrander, Inc."}


def test_names_of_one_issuer_are_one_and_issuers_that_share_a_name_are_several(renamed, shelf) -> None:
    assert renamed("What were Ostrander's net sales?").understanding.issuer_groups == (0, 0)
    assert understand(shelf, "Compare Marlow Freight and Lindenfeld Optics").issuer_groups == (0, 1)

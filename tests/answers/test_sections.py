"""The section that a question for a summary means is found by its heading, and cut to what a summary may read."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app.answers.kinds import read_kind
from app.answers.sections import (
    MOST_CHARACTERS,
    PART_CHARACTERS,
    ChosenSections,
    OutlineChunk,
    SectionPart,
    choose_sections,
    find_sections,
    find_topic,
)

RISKS = ("PART I", "Item 1A. Risk Factors")
OUTLINE = [
    *(OutlineChunk(page, 0, 1_500, RISKS) for page in range(10, 15)),
    OutlineChunk(15, 0, 1_500, (*RISKS, "Risks of our debt")),
    OutlineChunk(20, 0, 1_400, ("PART II", "Item 7. Management's Discussion", "Liquidity and Capital Resources")),
    OutlineChunk(
        21, 0, 1_400, ("PART II", "Item 7. Management's Discussion", "Liquidity and Capital Resources", "Cash")
    ),
    OutlineChunk(33, 0, 300, ("PART II", "Item 8. Financial Statements", "Liquidity")),
    OutlineChunk(40, 0, 900, ("PART IV", "Signatures")),
]


@pytest.fixture
def document(library):
    return library.passages[0]


def pages_of(chosen: ChosenSections | None) -> list[int]:
    return [] if chosen is None else [passage.page_number for passage in chosen.passages()]


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("Summarise the risk factors of Plain Holdings", [10, 11, 12, 13, 14, 15]),
        ("Give me an overview of liquidity in the 10-K of Plain Holdings", [20, 21]),
        ("What does the 10-K of Plain Holdings say?", [10, 11, 12, 13, 14, 15, 20, 21, 33]),
        ("Summarise the risks of the debt of Plain Holdings", [15]),
        ("Summarise the pension obligations of Plain Holdings", []),
    ],
)
def test_section_is_chosen_by_the_words_of_its_heading(question, pages, understand, document) -> None:
    understanding = replace(understand(question), issuer_keys=("plain",), issuer_forms=(frozenset({"plain holdings"}),))
    asked = read_kind(understanding)
    chosen = find_sections(question, asked, understanding, [document], lambda _: OUTLINE)
    assert pages_of(chosen) == pages


@pytest.mark.parametrize(
    "question",
    [
        "What are the key terms of the credit agreement?",
        "What does this 8-K say?",
        "Summarise the offering memorandum.",
        "Give me the main points of the earnings release in five bullets",
    ],
)
def test_question_about_a_whole_document_has_no_topic(question, understand, document) -> None:
    assert find_topic(question, read_kind(understand(question)), document) == frozenset()


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Summarise the risk factors in the 2021 10-K of Plain Holdings", ["FY2021"]),
        ("Summarise the risk factors of Plain Holdings", ["FY2022"]),
        ("Summarise the risk factors of Plain Holdings in 2019", []),
    ],
)
def test_section_is_of_a_document_of_the_asked_year(question, documents, understand, document) -> None:
    understanding = replace(understand(question), issuer_keys=("plain",), issuer_forms=(frozenset({"plain holdings"}),))
    older = replace(document, document_id=uuid4(), period="FY2021")
    chosen = find_sections(question, read_kind(understanding), understanding, [document, older], lambda _: OUTLINE)
    assert [document.period for document in ([] if chosen is None else [chosen.document])] == documents


def test_no_section_is_chosen_from_documents_of_an_unnamed_issuer(understand, document) -> None:
    question = "Summarise the risk factors"
    other = replace(document, document_id=uuid4())
    passages = [document, other]
    assert (
        find_sections(question, read_kind(understand(question)), understand(question), passages, lambda _: OUTLINE)
        is None
    )


def test_long_section_is_cut_fairly_and_says_how_much_was_read(document) -> None:
    long = [
        OutlineChunk(page, 0, 2_000, ("Risk Factors", heading))
        for heading, first in (("Market", 1), ("Legal", 101), ("Weather", 201))
        for page in range(first, first + (4 if heading == "Legal" else 60))
    ]
    chosen = choose_sections(long, {"risk"}, {}, document)
    assert chosen is not None
    lengths = {
        heading: sum(each.char_end - each.char_start for each in chosen.passages() if each.heading.endswith(heading))
        for heading in ("Market", "Legal", "Weather")
    }
    assert lengths == {"Market": 44_000, "Legal": 8_000, "Weather": 44_000}
    assert sum(lengths.values()) <= MOST_CHARACTERS
    assert all(
        sum(each.char_end - each.char_start for each in part.passages) <= PART_CHARACTERS for part in chosen.parts
    )
    note = "This summary is of “Risk Factors” in Plain Holdings 10-K, pages 1 to 222. "
    assert chosen.note() == f"{note}The rest exceeds its limit: it has read 38 % of the text."
    assert chosen.note(["“Legal” (pages 101 to 104)"]).endswith("There was no time for “Legal” (pages 101 to 104).")


def test_text_of_one_page_and_heading_is_one_passage(document) -> None:
    outline = [OutlineChunk(3, 0, 900, RISKS), OutlineChunk(3, 902, 1_700, RISKS), OutlineChunk(4, 0, 10, RISKS)]
    chosen = choose_sections(outline, {"risk"}, {}, document)
    assert chosen is not None
    places = [(each.page_number, each.char_start, each.char_end) for each in chosen.passages()]
    assert places == [(3, 0, 1_700), (4, 0, 10)]
    assert chosen.parts == (SectionPart(RISKS[1], tuple(chosen.passages())),)

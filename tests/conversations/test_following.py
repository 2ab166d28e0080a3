"""Follow-ups become complete questions, carry only what they leave out, and ask where the meaning is open."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conversations.following.context import Answered, Earlier, Part, Peer, Unclear, Understood
from app.conversations.following.names import find_spans
from app.conversations.following.reading import understand
from app.retrieval.questions.issuers import VisibleIssuer

ISSUERS = [
    VisibleIssuer("acme", "Acme Holdings, Inc.", ("acme holdings",)),
    VisibleIssuer("beta glass", "Beta Glass plc", ("beta",)),
]
SALES = "What were net sales of Acme in 2022?"
MARGIN = "What was Acme's operating margin in Q3 2022?"
CHANGE = "What was the change in net sales of Acme from 2021 to 2022?"
ASSETS = "What were total assets of Acme at December 31, 2022?"
AUDITOR = "Who is Acme's auditor?"
COVENANTS = "What are the financial covenants in Acme's credit agreement?"
WHY = "Why did gross margin of Acme fall in 2022?"


def find_names(text):
    return find_spans(text, ISSUERS)


def follow(before, words, **more):
    return understand(words, Earlier(before, **more), find_names)


UNDERSTOOD = [
    # periods
    (SALES, "and the year before?", "What were net sales of Acme in 2021?"),
    (SALES, "and in 2021?", "What were net sales of Acme in 2021?"),
    (SALES, "two years earlier", "What were net sales of Acme in 2020?"),
    (SALES, "next year?", "What were net sales of Acme in 2023?"),
    (SALES, "I meant 2019", "What were net sales of Acme in 2019?"),
    (SALES, "the last three years", "What were net sales of Acme in 2020, 2021 and 2022?"),
    (SALES, "2019 to 2021", "What were net sales of Acme from 2019 to 2021?"),
    (SALES, "Q2?", "What were net sales of Acme in Q2 2022?"),
    (SALES, "quarterly", "What were net sales of Acme in Q1 2022, Q2 2022, Q3 2022 and Q4 2022?"),
    (SALES, "and for the nine months?", "What were net sales of Acme in the first nine months of 2022?"),
    (MARGIN, "the quarter before?", "What was Acme's operating margin in Q2 2022?"),
    (MARGIN, "same quarter last year?", "What was Acme's operating margin in Q3 2021?"),
    (MARGIN, "full year?", "What was Acme's operating margin in fiscal year 2022?"),
    (CHANGE, "the year before?", "What was the change in net sales of Acme from 2020 to 2021?"),
    (ASSETS, "a year earlier?", "What were total assets of Acme at the end of FY2021?"),
    ("What were net sales of Acme in the three months ended March 31, 2022?", "and the prior year?",
     "What were net sales of Acme in the three months ended March 31, 2021?"),
    # issuers
    (SALES, "what about Beta Glass?", "What were net sales of Beta Glass in 2022?"),
    (SALES, "And Beta's in 2020?", "What were net sales of Beta in 2020?"),
    (SALES, "the same for Beta", "What were net sales of Beta in 2022?"),
    (SALES, "what about Zorblax?", "What were net sales of Zorblax in 2022?"),
    (SALES, "vs Beta Glass", "What were net sales of Acme and Beta Glass in 2022?"),
    (AUDITOR, "and Beta's?", "Who is Beta's auditor?"),
    (COVENANTS, "what about Beta?", "What are the financial covenants in Beta's credit agreement?"),
    (WHY, "and Beta?", "Why did gross margin of Beta fall in 2022?"),
    # what is asked
    (SALES, "what about capex?", "What was capex of Acme in 2022?"),
    (SALES, "and EBITDA in 2020 for Beta?", "What was EBITDA of Beta in 2020?"),
    (SALES, "capex the year before", "What was capex of Acme in 2021?"),
    (SALES, "and the trustee?", "Who is the trustee of Acme?"),
    (CHANGE, "what about operating income?", "What was the change in operating income of Acme from 2021 to 2022?"),
    (COVENANTS, "and the maturity date?", "What is the maturity date of Acme?"),
    (WHY, "what about operating margin?", "Why did operating margin of Acme fall in 2022?"),
    (SALES, "as a percentage of total assets?", "What were net sales of Acme in 2022 as a percentage of total assets?"),
    (SALES, "What percentage of assets is that?", "What were net sales of Acme in 2022 as a percentage of assets?"),
    (SALES, "and the growth?", "What was the growth in net sales of Acme in 2022?"),
    ("What was net income of Acme in 2022?", "per share?", "What were earnings per share of Acme in 2022?"),
    # qualifiers
    (SALES, "and by segment?", "What were net sales of Acme in 2022 by segment?"),
    (SALES, "what about North America?", "What were net sales of the North America segment of Acme in 2022?"),
    (SALES, "in euros", "What were net sales of Acme in 2022 in euros?"),
    ("What were net sales of Acme in 2022 by segment?", "by region?", "What were net sales of Acme in 2022 by region?"),
    ("What was backlog of the Space segment of Acme in 2022?", "total?", "What was backlog of Acme in 2022?"),
    ("What was revenue of Acme in Greater China in 2022?", "and North America?",
     "What was revenue of the North America segment of Acme in 2022?"),
    # sentences
    ("How many stores does Acme have?", "how many did it have in 2020?", "How many stores did Acme have in 2020?"),
    (SALES, "how many employees?", "How many employees did Acme have in 2022?"),
    ("What was the credit facility of Acme?", "when does it mature?", "When does credit facility of Acme mature?"),
    ("What was revenue of Acme and Beta in 2022?", "which one is larger?",
     "Which company had the larger revenue in 2022, Acme or Beta?"),
    (AUDITOR, "and the CFO?", "Who is the CFO of Acme?"),
    (SALES, "compared to last year", "What were net sales of Acme in 2021 and 2022?"),
    (SALES, "why?", "Why did net sales of Acme change in 2022?"),
    (SALES, "Why did it fall?", "Why did net sales of Acme fall in 2022?"),
    (SALES, "how much did it grow?", "How much did net sales of Acme grow in 2022?"),
    (SALES, "how much did it spend on R&D?", "How much did Acme spend on R&D in 2022?"),
    (SALES, "what was its net income?", "What was Acme's net income in 2022?"),
    (SALES, "What was capex?", "What was capex for Acme in 2022?"),
    (SALES, "What was net debt the year before?", "What was net debt for Acme in 2021?"),
    (SALES, "how does that compare with 2021?", "What were net sales of Acme in 2022 and 2021?"),
    (SALES, "What page is that on?", SALES),
    (AUDITOR, "Who is the trustee?", "Who is the trustee for Acme?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "words", "complete"),
    [
        ("What was the e\ufb03ciency ratio™ of Acme in 2022?", "and Beta?", "ratioTM of Beta in 2022?"),
        ("What were cafe\u0301 sales of Acme in 2022?", "and Beta?", "What were caf\u00e9 sales of Beta in 2022?"),
        (SALES, "O\ufb03ce™ sales of Beta?", "What were OfficeTM sales of Beta in 2022?"),
    ],
)
def test_names_are_replaced_beside_characters_that_are_normalised(before, words, complete):
    reading = follow(before, words)
    assert isinstance(reading, Understood)
    assert reading.question.endswith(complete)


@pytest.mark.parametrize(("before", "words", "complete"), UNDERSTOOD, ids=[words for _, words, _ in UNDERSTOOD])
def test_follow_up_becomes_a_complete_question(before, words, complete):
    reading = follow(before, words)
    assert isinstance(reading, Understood)
    assert reading.question == complete
    assert not reading.learnt_from


@pytest.mark.parametrize(
    "words",
    ["What was Beta's revenue?", "Which company has the largest revenue?", "What was Zorblax's revenue in 2020?"],
)
def test_complete_question_carries_nothing_over(words):
    assert follow(SALES, words) == Understood(words)


@pytest.mark.parametrize(
    ("before", "words", "options"),
    [
        (SALES, "the same for its main competitor", ()),
        (SALES, "show the quarter", ("Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022")),
        (SALES, "and the prior quarter?", ()),
        (AUDITOR, "why?", ()),
        (AUDITOR, "in euros", ()),
        (SALES, "for the parent only", ()),
        ("What were net sales of Acme?", "the year before?", ()),
        (SALES, "thanks", ()),
    ],
)
def test_follow_up_that_is_open_is_asked_about(before, words, options):
    reading = follow(before, words)
    assert isinstance(reading, Unclear)
    assert reading.options == options


@pytest.mark.parametrize("words", ["and the year before?", "why?", "in 2021?", "by segment", "and Beta?", "Acme?"])
def test_follow_up_to_nothing_is_asked_about(words):
    assert isinstance(understand(words, None, find_names), Unclear)


@pytest.mark.parametrize("words", ["net sales of Acme 2022", "What were net sales?", "covenants of Beta"])
def test_first_question_stays_as_it_is(words):
    assert understand(words, None, find_names) == Understood(words)


def test_part_of_a_year_is_kept_for_another_year_and_said():
    reading = follow(MARGIN, "and in 2021?")
    assert reading.question == "What was Acme's operating margin in Q3 2021?"
    assert reading.notes == ("“2021” is read as Q3 2021. Write “fiscal year 2021” for the whole year.",)


def test_last_year_is_said_to_be_the_year_before():
    reading = follow(SALES, "and last year?")
    assert reading.question == "What were net sales of Acme in 2021?"
    assert reading.notes == ("“last year” is read as the period before 2022.",)


def test_name_that_documents_have_as_a_part_is_no_company():
    reading = follow(SALES, "what about Lantern?", is_part=lambda name: name == "Lantern")
    assert reading.question == "What were net sales of the Lantern segment of Acme in 2022?"


def test_figure_stated_in_another_currency_is_not_converted():
    document = uuid4()
    said = Answered("Acme Holdings, Inc.", ("FY2022",), "Net sales — 2022: $5.0 million", frozenset({document}))
    reading = follow(SALES, "in euros", answered=lambda: said)
    assert isinstance(reading, Unclear)
    assert reading.learnt_from == {document}
    assert (
        follow(SALES, "in dollars", answered=lambda: said).question == "What were net sales of Acme in 2022 in dollars?"
    )


def test_segment_of_one_company_is_not_asked_of_another():
    reading = follow("What was backlog of the Space segment of Acme in 2022?", "and Beta?")
    assert reading.question == "What was backlog of Beta in 2022?"
    assert reading.notes == ("The segment is left out, because it belongs to the company of the question before.",)


def test_length_of_a_period_keeps_its_end():
    before = "What was revenue of Acme in the thirteen weeks ended October 29, 2022?"
    reading = follow(before, "for the thirty-nine weeks")
    assert reading.question == "What was revenue of Acme in the thirty-nine weeks ended October 29, 2022?"


def test_only_visible_competitor_that_a_document_names_is_taken_and_said():
    document = uuid4()
    peers = [Peer("Beta Glass plc", frozenset({document}))]
    reading = follow(SALES, "the same for its main competitor", find_peers=lambda _: peers)
    assert reading.question == "What were net sales of Beta Glass plc in 2022?"
    assert "Beta Glass plc" in reading.notes[0]
    assert reading.learnt_from == {document}


def test_several_competitors_are_offered():
    peers = [Peer("Beta", frozenset({uuid4()})), Peer("Gamma", frozenset({uuid4()}))]
    reading = follow(SALES, "and its competitors?", find_peers=lambda _: peers)
    assert reading.options == ("What about Beta?", "What about Gamma?")
    assert reading.learnt_from == peers[0].documents | peers[1].documents


def test_carried_parts_are_named():
    assert follow(SALES, "what about Beta?").carried == (Part.SUBJECT, Part.PERIOD)
    assert follow(SALES, "and capex?").carried == (Part.ISSUER, Part.PERIOD)


def test_issuer_and_period_of_the_answer_are_learnt_from_its_documents():
    document = uuid4()
    said = Answered("Acme Holdings, Inc.", ("FY2022",), "", frozenset({document}))
    reading = follow("What were net sales?", "and the year before?", answered=lambda: said)
    assert reading.question == "What were net sales for Acme Holdings, Inc. in FY2021?"
    assert reading.learnt_from == {document}


def test_nothing_of_the_answer_is_learnt_when_the_follow_up_names_the_issuer():
    said = Answered("Acme Holdings, Inc.", ("FY2022",), "", frozenset({uuid4()}))
    reading = follow("What were net sales in 2022?", "what about Beta?", answered=lambda: said)
    assert reading == Understood("What were net sales in 2022 for Beta?", (Part.SUBJECT, Part.PERIOD))


def test_issuer_of_the_scope_is_not_repeated():
    said = Answered("Acme Holdings, Inc.", (), "", frozenset({uuid4()}))
    reading = follow("What were net sales in 2022?", "and 2021?", answered=lambda: said, has_scope=True)
    assert reading.question == "What were net sales in 2021?"
    assert not reading.learnt_from


def test_documents_of_the_question_before_are_passed_on():
    document = uuid4()
    assert follow(SALES, "why?", learnt_from=frozenset({document})).learnt_from == {document}


def test_long_question_is_complete():
    words = f"What about {'very ' * 100}long questions?"
    assert follow(SALES, words) == Understood(words)


@given(st.text(max_size=400), st.sampled_from([SALES, MARGIN, AUDITOR, ASSETS, "why", ""]))
def test_any_text_is_understood_or_asked_about(words, before):
    reading = follow(before, words)
    assert isinstance(reading, Understood | Unclear)
    if isinstance(reading, Understood):
        assert len(reading.question) <= len(words) + len(before) * 2 + 400

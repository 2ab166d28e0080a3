"""Table tests of issuers' names in questions: each kind of name in many questions, and words that are no names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.issuers import issuer_aliases, normalise_issuer
from app.retrieval.questions.issuers import VisibleIssuer, find_issuers, find_named, group_issuers, name_forms
from app.retrieval.questions.near_names import bounded_distance, find_near
from app.retrieval.questions.spans import QuestionWords


def issuer(name: str, *tickers: str) -> VisibleIssuer:
    return VisibleIssuer(normalise_issuer(name), name, issuer_aliases(name, tickers=tickers))


ISSUERS = {
    name: issuer(name, *tickers)
    for name, *tickers in (
        ("Ostmark Glassworks, Inc.", "OSTG"),
        ("Veldhoven & Sons Company", "VLDS"),
        ("Tamarisk Resorts International", "TMRK"),
        ("Corvello.com, Inc.", "CVLO"),
        ("Wick-Marten Stores, Inc.", "WMS"),
        ("Brannock Hollis Corporation", "BHC"),
        ("Sable River Properties Trust", "SBLR"),
        ("J. K. Ferrow Transport, Inc.", "JKFT"),
        ("International Lamps Corporation", "ILAM"),
        ("Kestrelon Corporation", "KSTR"),
        ("Lantern, Inc.", "LNTN"),
        ("Target Works Corporation", "TGWK"),
        ("Block, Inc.", "BLK"),
        ("Oriel's Kitchens plc", "ORLK"),
        ("Halden Freight, Inc.", "HLDF"),
        ("Halden Freight Finance Corp.", "HFF"),
        ("Fenwick Foods, Inc.", "FNWK"),
        ("Fenwick Paper Mills, Inc.", "FPM"),
        ("Boston Quays Properties, Inc.", "BQP"),
        ("General Quarry, Inc.", "GQY"),
    )
}

QUESTIONS = (
    "What was {}'s revenue in FY2022?",
    "What was the net income of {} in fiscal 2021?",
    "Did {} pay dividends in 2022?",
    "How much capex did {} report for Q2 2023?",
    "{} gross margin 2022",
    "What drove operating margin change as of FY2022 for {}?",
    "Which debt securities of {} are listed as of 2022?",
    "As of FY 2021, how much did {} expect to pay for its retirees in 2024?",
    "Using the balance sheet, what is {}'s quick ratio? Answer in percent.",
)
# Kind of name, name in the question, name of the issuer. The names are fictional.
NAMES = (
    ("exact", "Ostmark Glassworks, Inc.", "Ostmark Glassworks, Inc."),
    ("exact", "General Quarry", "General Quarry, Inc."),
    ("no legal form", "Brannock Hollis", "Brannock Hollis Corporation"),
    ("small letters", "brannock hollis", "Brannock Hollis Corporation"),
    ("small letters", "kestrelon", "Kestrelon Corporation"),
    ("capitals", "BRANNOCK HOLLIS", "Brannock Hollis Corporation"),
    ("first words", "Tamarisk", "Tamarisk Resorts International"),
    ("first words", "Tamarisk Resorts", "Tamarisk Resorts International"),
    ("first words", "Ostmark", "Ostmark Glassworks, Inc."),
    ("no .com", "Corvello", "Corvello.com, Inc."),
    ("with .com", "Corvello.com", "Corvello.com, Inc."),
    ("and", "Veldhoven and Sons", "Veldhoven & Sons Company"),
    ("and", "Veldhoven & Sons", "Veldhoven & Sons Company"),
    ("hyphen", "Wick-Marten", "Wick-Marten Stores, Inc."),
    ("no hyphen", "Wickmarten", "Wick-Marten Stores, Inc."),
    ("no hyphen", "Wick Marten", "Wick-Marten Stores, Inc."),
    ("one word", "BrannockHollis", "Brannock Hollis Corporation"),
    ("ticker", "KSTR", "Kestrelon Corporation"),
    ("ticker", "OSTG", "Ostmark Glassworks, Inc."),
    ("initials", "SRP", "Sable River Properties Trust"),
    ("initials", "V&S", "Veldhoven & Sons Company"),
    ("blend", "BranHol", "Brannock Hollis Corporation"),
    ("misspelt", "Kestrellon", "Kestrelon Corporation"),
    ("misspelt", "Kestrelno", "Kestrelon Corporation"),
    ("misspelt", "Brannok Hollis", "Brannock Hollis Corporation"),
    ("misspelt", "brannock holis", "Brannock Hollis Corporation"),
    ("misspelt", "Tamarsik", "Tamarisk Resorts International"),
    ("apostrophe", "Oriel's Kitchens", "Oriel's Kitchens plc"),
    ("apostrophe", "Oriels Kitchens", "Oriel's Kitchens plc"),
    ("common word", "Block", "Block, Inc."),
    ("initials and a name", "J.K. Ferrow Transport", "J. K. Ferrow Transport, Inc."),
    ("initials and a name", "J. K. Ferrow Transport", "J. K. Ferrow Transport, Inc."),
    ("without s", "General Quarrys", "General Quarry, Inc."),
    ("shared", "Halden Freight", "Halden Freight, Inc."),
    ("shared", "Halden Freight Finance", "Halden Freight Finance Corp."),
)


def named(question: str) -> list[str]:
    words, issuers = QuestionWords(question), list(ISSUERS.values())
    exact = find_named(words, issuers)
    near = [one.named for one in find_near(words, issuers, exact)]
    return [one.name for match in sorted((*exact, *near), key=lambda each: each.start) for one in match.issuers]


@pytest.mark.parametrize(("kind", "name", "expected"), NAMES, ids=lambda value: str(value).replace(" ", "-"))
def test_each_kind_of_name_is_found_in_each_question(kind: str, name: str, expected: str) -> None:
    wrong = {question: found for question in QUESTIONS if (found := named(question.format(name))) != [expected]}
    assert wrong == {}, kind


@pytest.mark.parametrize("name", [name for name in ISSUERS if name not in ("Target Works Corporation", "Block, Inc.")])
def test_questions_in_small_letters_or_capitals_name_the_issuer(name: str) -> None:
    question = f"What was the revenue of {re.sub(r',? Inc.$', '', name)} in 2022?"
    assert named(question.lower()) == [name]
    assert named(question.upper()) == [name]


@pytest.mark.parametrize(
    "question",
    [
        "Did the company reach its target for the year?",
        "What is the target leverage of the company?",
        "Did all segments grow, and at what rate?",
        "what block of shares was repurchased in 2022?",
        "Is the lantern on the cover?",
        "How many employees work in Boston?",
        "What were EBITDA, FFO, ROIC and GAAP income?",
        "What is the Target Date Fund?",
        "What are the Total Current Assets and the Net Leverage Ratio?",
        "Who audits the financial statements, and what was the effective tax rate?",
        "What was the interest rate on the Term Loan B in Q2 2022?",
        "what is the amuont of revnue in the first quartr?",
        "Does the Borrower pay a Commitment Fee to the Administrative Agent?",
        "Were there any board nominees with more votes against than the other nominees?",
        "",
        "'s ’s & - .",
    ],
)
def test_words_metrics_and_places_name_no_issuer(question: str) -> None:
    assert named(question) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Compare Kestrelon and Brannock Hollis", ["Kestrelon Corporation", "Brannock Hollis Corporation"]),
        ("compare brannock hollis with kestrelon", ["Brannock Hollis Corporation", "Kestrelon Corporation"]),
        ("Is KSTR's margin higher than OSTG's?", ["Kestrelon Corporation", "Ostmark Glassworks, Inc."]),
        ("What did Fenwick earn in 2022?", ["Fenwick Foods, Inc.", "Fenwick Paper Mills, Inc."]),
    ],
)
def test_several_issuers_are_found_in_order(question: str, expected: list[str]) -> None:
    assert named(question) == expected


def test_short_name_of_two_issuers_is_shared_and_another_spelling_is_not() -> None:
    words = QuestionWords("What did Fenwick earn?")
    one, other = ISSUERS["Fenwick Foods, Inc."], ISSUERS["Fenwick Paper Mills, Inc."]
    match = find_named(words, (one, other))
    assert [each.is_shared() for each in match] == [True]
    assert group_issuers(match) == (0, 1)
    renamed = (issuer("Wick-Marten Stores, Inc."), issuer("Wickmarten Inc."))
    assert [match.is_shared() for match in find_named(QuestionWords("Wickmarten capex 2022"), renamed)] == [False]


@pytest.mark.parametrize(
    "name",
    [
        "Kestrel",
        "Osten",
        "Tamar",
        "Fenwich",
        "Hollis",
        "Brannigan Hollis",
        "BH",
        "Boston Quarries",
        "Marten International Inc.",
    ],
)
def test_other_companies_with_like_names_are_not_taken_for_misspellings(name: str) -> None:
    assert [found for found in named(f"What was {name}'s revenue in 2022?") if not found.startswith("Fenwick")] == []


@pytest.mark.parametrize("name", ["Kestrelon", "Kestrellon"])
def test_name_is_found_in_a_long_question(name: str) -> None:
    story = " ".join(f"Zembla{at} Quorra{at} reported gains in Vintera{at}." for at in range(30))
    question = f"{story} What was {name}'s revenue?"
    assert named(question) == ["Kestrelon Corporation"]
    assert len(name_forms(question * 40)) <= 1_510
    assert name == "Kestrellon" or "kestrelon" in name_forms(question)


def _distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance, computed with the whole matrix."""
    rows = [[max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            change = rows[row - 1][column - 1] + (one[row - 1] != other[column - 1])
            rows[row][column] = min(rows[row - 1][column] + 1, rows[row][column - 1] + 1, change)
            if row > 1 < column and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                rows[row][column] = min(rows[row][column], rows[row - 2][column - 2] + 1)
    return rows[-1][-1]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_bounded_distance_equals_the_whole_computation_up_to_its_bound(one: str, other: str, most: int) -> None:
    assert bounded_distance(one, other, most) == min(_distance(one, other), most + 1)


@given(st.text(max_size=300))
def test_any_question_can_be_searched_for_names(question: str) -> None:
    words = QuestionWords(question)
    assert all(question or words.text == "" for _ in words.words)
    assert set(find_issuers(question, ISSUERS.values())) <= set(ISSUERS.values())
    find_near(words, list(ISSUERS.values()))

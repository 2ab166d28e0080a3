"""Answers by kind of question, from the pages of a fictional annual report."""

import pytest

from app.answers.claims import ClaimPart
from app.answers.kinds import QuestionKind, read_kind
from app.answers.writing.drafting import known_texts, verify_draft
from app.retrieval.questions.issuers import VisibleIssuer

BUSINESS = """ITEM 1. BUSINESS

Plain Holdings makes oak barrels for distilleries. We have three segments:

• Cooperage, which builds new barrels

• Charring, which renews used barrels

• Forestry, which owns 41,000 acres of oak

Human capital

At June 30, 2022 we had 2,140 employees, of whom 310 are members of a union. Our plans cover 96 retired employees.

We sell to distilleries in Kentucky, Scotland and Japan. No customer accounted for more than 10% of revenue.

ITEM 2. PROPERTIES

Our headquarters are in Owensboro, Kentucky. We own four cooperages and lease eleven depots.
"""

DISCUSSION = """ITEM 7. MANAGEMENT'S DISCUSSION AND ANALYSIS

Gross margin

Gross margin fell to 38.2% from 41.0%. The decrease was primarily due to the higher price of white oak.

Selling expenses

Selling expenses increased by $4.1 million, mainly because we opened a showroom in Osaka.

Dividends

We have never paid cash dividends on our common stock, and we do not expect to pay any.

Covenants

The credit agreement requires a ratio of net debt to EBITDA of not more than 3.25 to 1.00.

If the leverage ratio passes 3.00 to 1.00, the margin rises by 0.25%. At June 30, 2022 the leverage ratio was 2.10 to
1.00.

"Adjusted EBITDA" means net income before interest, taxes, depreciation and amortization, excluding:

(a) fire losses; and

(b) gains on the sale of timber.
"""

PEOPLE = """ITEM 10. DIRECTORS AND OFFICERS

Ida Tolley has been our Chief Executive Officer since April 2019. She succeeded Karl Brandt, who retired.

ITEM 3. LEGAL PROCEEDINGS

In May 2021 Hollow Creek Distilling sued us in Daviess County over leaking barrels. In February 2022 the court
dismissed the suit.

ITEM 14. ACCOUNTANTS

The audit committee appointed Marsh & Dunlop LLP as our independent registered public accounting firm for fiscal 2022.

Our revolving credit facility matures on March 31, 2027.
"""


PLAIN = VisibleIssuer("plain holdings", "Plain Holdings")


@pytest.fixture
def answer(library, understand, extractive):
    for number, page in enumerate((BUSINESS, DISCUSSION, PEOPLE), start=11):
        library.add(page, number=number)

    def ask(question):
        understanding = understand(question).among([PLAIN])
        draft = extractive.write(understanding, library.passages, library.pages, library.tables)
        given = known_texts(question, library.passages)
        return verify_draft(draft, library.pages, library.tables, given, {})

    return ask


def texts(verified, *parts) -> list[str]:
    return [claim.text for claim in verified.shown if claim.part in (parts or (ClaimPart.ANSWER,))]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many people work for Plain Holdings?", "2,140 employees"),
        ("Where is Plain Holdings based?", "Owensboro, Kentucky"),
        ("Who is the CEO of Plain Holdings?", "Ida Tolley"),
        ("Who audits Plain Holdings?", "Marsh & Dunlop LLP"),
        ("When does the revolving credit facility mature?", "March"),
        ("What became of the lawsuit of Hollow Creek against Plain Holdings?", "dismissed the suit"),
        ("What was the leverage ratio of Plain Holdings?", "was 2.10 to 1.00"),
        ("What drove selling expenses up?", "showroom in Osaka"),
    ],
)
def test_first_claim_states_the_fact(answer, question, said) -> None:
    first, *_ = texts(answer(question))
    assert said in first


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Does Plain Holdings pay cash dividends?", "No: We have never paid"),
        ("Has Plain Holdings never paid cash dividends?", "Yes: We have never paid"),
        ("Would net debt of 4 times EBITDA be allowed?", "No: The credit agreement requires"),
        ("Would net debt of 3 times EBITDA be allowed?", "Yes: The credit agreement requires"),
        ("May net debt exceed 3.25 times EBITDA?", "No: The credit agreement requires"),
        ("Is the maximum of net debt to EBITDA less than 4 times?", "Yes: The credit agreement requires"),
        ("Is the maximum of net debt to EBITDA 3 times?", "No: The credit agreement requires"),
        ("Would net debt of 4 times EBITDA breach the limit?", "Yes: The credit agreement requires"),
        ("Did the court dismiss the suit of Hollow Creek against Plain Holdings?", "Yes: In February 2022"),
    ],
)
def test_yes_or_no_comes_first_with_its_reason(answer, question, begins) -> None:
    first, *_ = texts(answer(question))
    assert first.startswith(begins)


@pytest.mark.parametrize(
    "question",
    [
        "Does Plain Holdings own vineyards in Bordeaux?",
        "Who is the treasurer of Plain Holdings?",
        "Why did Plain Holdings sell its airline?",
        "What does consolidated tangible assets mean?",
        "Which patents does Plain Holdings own?",
    ],
)
def test_question_without_a_basis_is_declined(answer, question) -> None:
    verified = answer(question)
    assert not verified.answers()
    assert texts(verified) == []


def test_bullets_are_listed_each_with_its_citation(answer) -> None:
    verified = answer("What are the segments of Plain Holdings?")
    lead, *items = [claim for claim in verified.shown if claim.part is ClaimPart.ANSWER]
    assert lead.text.endswith("three segments:")
    assert [item.text.split(",")[0] for item in items] == ["Cooperage", "Charring", "Forestry"]
    assert all(item.text in " ".join(item.citations[0].quote.split()) for item in items)


def test_definition_is_quoted_whole(answer) -> None:
    (first,) = texts(answer("What does Adjusted EBITDA mean?"))
    assert first.startswith('"Adjusted EBITDA" means')
    assert first.endswith("(b) gains on the sale of timber.")


def test_summary_follows_the_headings(answer) -> None:
    verified = answer("Summarize the management's discussion")
    said = texts(verified, ClaimPart.ANSWER, ClaimPart.SUPPORT)
    assert 2 <= len(said) <= 6


def test_answer_is_short_and_related_sentences_are_apart(answer) -> None:
    verified = answer("How many people work for Plain Holdings?")
    assert len(texts(verified)) == 1
    assert len(texts(verified, ClaimPart.RELATED)) <= 3
    assert not set(texts(verified)) & set(texts(verified, ClaimPart.RELATED))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who is the trustee of the notes?", QuestionKind.FACT),
        ("When do the notes mature?", QuestionKind.DATE),
        ("Why did revenue fall?", QuestionKind.WHY),
        ("What drove the change in gross margin?", QuestionKind.WHY),
        ("Does the company pay dividends?", QuestionKind.YES_NO),
        ("In 2022, did revenue increase?", QuestionKind.YES_NO),
        ("Did revenue increase or decrease?", QuestionKind.CHANGE),
        ("What changed in the risk factors?", QuestionKind.CHANGE),
        ("What are the risks?", QuestionKind.LIST),
        ("Which covenants apply?", QuestionKind.LIST),
        ("What does EBITDA mean?", QuestionKind.DEFINITION),
        ("How is consolidated net income defined in the indenture?", QuestionKind.DEFINITION),
        ("Summarize the legal proceedings", QuestionKind.SUMMARY),
        ("How much cash is held abroad?", QuestionKind.FIGURE),
    ],
)
def test_kind_is_read_from_the_words(understand, question, kind) -> None:
    assert read_kind(understand(question)).kind is kind


def test_defined_term_is_read_without_its_document(understand) -> None:
    assert read_kind(understand("How is net income defined in the indenture?")).about == "net income"


def test_question_of_two_parts_is_answered_in_one_claim(answer, library) -> None:
    library.add(
        "$300,000,000 6.125% Senior Notes due 2030 of Plain Holdings\n\nThe notes will mature on May 1, 2030.",
        number=15,
    )
    first, *_ = texts(answer("What interest do the notes pay and when do they come due?"))
    assert "6.125% Senior Notes" in first
    assert "May 1, 2030" in first


@pytest.mark.parametrize(
    ("working_capital", "begins"), [("a deficit of $12 million", "No: "), ("a surplus of $12 million", "Yes: ")]
)
def test_sign_decides_between_yes_and_no(answer, library, working_capital, begins) -> None:
    library.add(f"At June 30, 2022 our working capital was {working_capital}.", number=16)
    first, *_ = texts(answer("Does Plain Holdings have positive working capital?"))
    assert first.startswith(begins)

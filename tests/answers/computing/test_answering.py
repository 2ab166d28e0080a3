"""Questions for figures are answered from tables: found by words and period, computed, and verified again."""

from dataclasses import replace
from datetime import date

import pytest

from app.answers.claims import DraftClaim, DropReason
from app.answers.computing.answering import Evidence, answer_figure
from app.answers.computing.computed import compute
from app.answers.computing.grammar import read_requests
from app.answers.computing.notices import Declined
from app.answers.computing.question import FigureQuestion
from app.answers.computing.sentences import CitedDocument, Result, write_claims
from app.answers.computing.table_figures import TableFigures
from app.answers.verification.checks import verify_claims
from app.documents.issuers import normalise_issuer
from app.quantities.periods import Period

BALANCE_PAGE = """Consolidated Balance Sheets
($ in millions)

At June 30,	2022	2021
Cash and cash equivalents	$310	$280
Total current assets	1,730	1,590
Total current liabilities	1,000	1,060
Long-term debt	820	900
Other liabilities	40	10
Product sales to associates	12	11
"""

KEY = normalise_issuer("Plain Holdings")
ISSUER = {"issuer_names": ("Plain Holdings",), "issuer_keys": (KEY,), "issuer_forms": (frozenset({KEY}),)}


@pytest.fixture
def ask(library, understand):
    library.add(BALANCE_PAGE, number=3, units_line="($ in millions)")

    def texts(question: str, **parts) -> list[str] | Declined | None:
        understanding = replace(understand(question), **{**ISSUER, **parts})
        figure = FigureQuestion.of(question, understanding)
        if figure is None:
            return None
        evidence = Evidence(library.passages, library.pages, library.tables)
        found = answer_figure(figure, (), understanding, evidence)
        return found if found is None or isinstance(found, Declined) else [claim.text for claim in found.draft.shown]

    return texts


def test_single_figure_is_its_row(ask) -> None:
    assert ask("What were total current assets in fiscal 2022?") == [
        "Total current assets of Plain Holdings — 2022: $1,730 million"
    ]


def test_ratio_shows_result_formula_and_inputs(ask) -> None:
    assert ask("What is the ratio of total current assets to total current liabilities in 2022?") == [
        "Ratio of total current assets to total current liabilities of Plain Holdings — FY2022: 1.73, or 173%",
        "Ratio of total current assets to total current liabilities = Total current assets (2022) / Total current "
        "liabilities (2022) = 1,730 / 1,000 = 1.73, or 173% (in USD millions)",
        "Total current assets — 2022: $1,730 million",
        "Total current liabilities — 2022: $1,000 million",
    ]


def test_definition_of_the_question_is_computed(ask) -> None:
    question = (
        "What is Plain Holdings' FY2022 net working capital? Define net working capital as total current assets less "
        "total current liabilities. Answer in USD thousands."
    )
    assert ask(question)[0] == "Net working capital of Plain Holdings — FY2022: $730,000 thousand"


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What was the percentage change in net revenue from 2021 to 2022?", "FY2021 to FY2022: 7.95%"),
        ("What was the change in long-term debt between 2021 and 2022?", "FY2021 to FY2022: -$80 million"),
        ("What was the average long-term debt for 2021 and 2022?", "FY2021 and FY2022: $860 million"),
        ("What is cost of goods sold as a percentage of net revenue in 2022, to one decimal place?", "FY2022: 58.9%"),
        ("In which year was long-term debt lower?", "2022: $820 million"),
        ("What was the change in long-term debt?", "2021 to 2022: -$80 million"),
    ],
)
def test_operations_are_computed_exactly(ask, question, result) -> None:
    assert ask(question)[0].endswith(f" — {result}")


@pytest.mark.parametrize(("years", "result"), [(20, "2022: $120 million"), (30, None)])
def test_highest_of_many_years_covers_all_years_or_is_declined(ask, library, years, result) -> None:
    named, amounts = range(2023 - years, 2023), range(121 - years, 121)
    rows = ["\t".join(map(str, ("In", *named))), "\t".join(("Harbour result", *(f"${amount}" for amount in amounts)))]
    library.add("\n".join(rows) + "\n", number=6, units_line="($ in millions)")
    answer = ask("In which year was harbour result highest?")
    assert isinstance(answer, Declined) if result is None else answer[0].endswith(result)
    moved = ask("What was the compound annual growth rate of harbour result?")
    assert isinstance(moved, Declined) or f"{2023 - years} to 2022" in moved[0].replace("FY", "")


def test_missing_input_is_named(ask) -> None:
    declined = ask("What is the ratio of inventories to total current liabilities in 2022?")
    assert isinstance(declined, Declined)
    assert "inventories" in declined.sentence


def test_refusal_names_the_nearest_figures(ask) -> None:
    declined = ask("What was long-term debt at June 30, 2019?")
    assert isinstance(declined, Declined)
    assert (
        "Nearest in the documents: Long-term debt (2022): $820 million in Plain Holdings 10-K, page 3"
        in declined.sentence
    )


def test_growth_from_a_loss_is_declined(ask, library) -> None:
    library.add("In\t2022\t2021\nHarbour result\t$120\t$(80)\n", number=6, units_line="($ in millions)")
    declined = ask("What was the percentage change in harbour result from 2021 to 2022?")
    assert isinstance(declined, Declined)
    assert "growth from a loss is not defined" in declined.sentence


@pytest.mark.parametrize(
    "question",
    [
        "What was the change in long-term debt between 2015 and 2016?",  # no such period
        "What was the change in other revenue between 2021 and 2022?",  # "other" is a word of another row
        "What was the percentage change in product sales in Japan from 2021 to 2022?",
    ],
)
def test_uncertain_arithmetic_is_declined(ask, question) -> None:
    assert isinstance(ask(question), Declined)


INTERIM_PAGE = """Results
($ in millions)

In	Six months ended June 30, 2022	Twelve months ended June 30, 2022	Three months ended June 30, 2022
Depot sales	$240	$470	$118
"""


@pytest.mark.parametrize(
    ("period", "amount"),
    [
        ("six months ended June 30, 2022", "$240 million"),
        ("twelve months ended June 30, 2022", "$470 million"),
        ("last twelve months ended June 30, 2022", "$470 million"),
        ("quarter ended June 30, 2022", "$118 million"),
        ("year ended June 30, 2022", "$470 million"),
        ("nine months ended June 30, 2022", None),
        ("twelve months ended March 31, 2022", None),
    ],
)
def test_figure_has_the_length_of_the_period_that_is_asked(ask, library, period, amount) -> None:
    passage = library.add(INTERIM_PAGE, number=4, units_line="($ in millions)")
    key = (passage.version_id, 4)
    starts = {1: date(2022, 1, 1), 2: date(2021, 7, 1), 3: date(2022, 4, 1)}
    table = library.stored_tables[key][0]
    cells = [
        replace(cell, period=Period(date(2022, 6, 30), starts[cell.column])) if cell.value else cell
        for cell in table.cells
    ]
    library.stored_tables[key] = [replace(table, cells=tuple(cells))]
    found = ask(f"What were depot sales in the {period}?")
    if amount is None:
        assert isinstance(found, Declined | None)
    else:
        assert [text.rpartition(": ")[2] for text in found] == [amount]


DEBT_PAGE = "Total borrowings under the revolving credit facility were $120 million at June 30, 2022."


def test_sentence_with_a_narrower_phrase_is_quoted_where_no_table_has_the_item(ask, library) -> None:
    library.add(DEBT_PAGE, number=5)
    assert ask("What were total borrowings at June 30, 2022?") == [DEBT_PAGE]
    assert isinstance(ask("What was the change in total borrowings between June 30, 2021 and June 30, 2022?"), Declined)
    assert isinstance(ask("What were total borrowings at June 30, 2021?"), Declined | None)


def test_sentence_with_a_narrower_phrase_is_not_quoted_where_a_table_has_the_item(ask, library) -> None:
    library.add("Long-term debt under the secured loan of our old depots was $120 million at June 30, 2019.", number=5)
    assert isinstance(ask("What was long-term debt at June 30, 2019?"), Declined | None)


def test_question_without_figure_is_left_to_the_writer(ask) -> None:
    assert ask("Why did revenue grow?") is None
    assert ask("When does the revolving credit facility mature?") is None


def test_figures_of_several_issuers_are_not_mixed(ask, library) -> None:
    library.passages[:] = [*library.passages[:-1], replace(library.passages[-1], issuer="Other Works")]
    assert (
        ask("What were total current assets in fiscal 2022?", issuer_keys=(), issuer_names=(), issuer_forms=()) is None
    )


@pytest.mark.parametrize("fault", ["text", "operand", "citation"])
def test_computed_sentence_that_does_not_follow_is_dropped(library, understand, fault) -> None:
    passage = library.passages[0]
    key = (passage.version_id, 1)
    finder = TableFigures(library.stored_tables, library.pages)
    computed = compute(read_requests("What was the change in net revenue from 2021 to 2022?")[0], finder)
    documents = {key: CitedDocument(passage.document_id, passage.version_id, passage.document_title, 1)}
    claim = write_claims(computed, documents, library.pages)[0]
    (kept,) = verify_claims([claim], library.pages, library.tables)
    assert kept.claim is not None
    assert kept.claim.text == "Change in net revenue — FY2021 to FY2022: $310 million"
    match fault:
        case "text":
            claim, reason = replace(claim, text=claim.text.replace("310", "311")), DropReason.ARITHMETIC_FAILED
        case "operand":
            stored, figure = next(iter(computed.figures.items()))
            wrong = replace(figure, value=figure.value + 1)
            result = Result(replace(computed, figures={**computed.figures, stored: wrong}))
            claim, reason = DraftClaim(result.sentence(), claim.citations, result), DropReason.NUMBER_NOT_IN_QUOTE
        case "citation":
            claim, reason = replace(claim, citations=claim.citations[2:]), DropReason.NUMBER_NOT_IN_QUOTE
    (dropped,) = verify_claims([claim], library.pages, library.tables)
    assert dropped.dropped is not None
    assert dropped.dropped.reason is reason


@pytest.mark.parametrize(
    ("title", "head", "label", "question", "is_answered"),
    [
        ("Consolidated Statements of Cash Flows", "2022", "Stock of lamps", "stock of lamps", True),
        ("Consolidated Statements of Cash Flows", "2022", "Inventories", "inventories", False),
        ("Inventories", "2022", "Inventories", "inventories", True),
        ("Supplementary figures", "Years ended June 30, 2022", "Inventories", "inventories", False),
        ("Supplementary figures", "Years ended June 30, 2022", "Ending inventories", "inventories", True),
        ("Consolidated Balance Sheets", "2022", "Interest expense", "interest expense", False),
        ("Consolidated Statements of Income", "2022", "Interest expense", "interest expense", True),
    ],
)
def test_balances_and_amounts_of_periods_are_not_taken_for_each_other(
    ask, library, title, head, label, question, is_answered
) -> None:
    page = f"For the years ended June 30,\t{head}\n{label}\t$(40)\nOther\t8\n"
    passage = library.add(page, number=9, units_line="($ in millions)")
    key = (passage.version_id, 9)
    library.stored_tables[key] = [replace(table, title=title) for table in library.stored_tables[key]]
    found = ask(f"What were {question} in fiscal 2022?")
    assert isinstance(found, list) is is_answered


def test_several_measures_are_answered_together(ask) -> None:
    texts = ask("What were total current assets, total current liabilities and long-term debt in fiscal 2022?")
    assert texts[0] == (
        "Total current assets of Plain Holdings — FY2022: $1,730 million; "
        "Total current liabilities of Plain Holdings — FY2022: $1,000 million; "
        "Long-term debt of Plain Holdings — FY2022: $820 million"
    )


def test_judgement_over_two_years_states_the_figures_without_a_verdict(ask, library) -> None:
    page = (
        "($ in millions)\n\nFiscal year\t2022\t2021\nCapital expenditures\t$400\t$380\n"
        "Property, plant and equipment, net\t900\t850\nTotal assets\t2,500\t2,400\n"
    )
    library.add(page, number=9, units_line="($ in millions)")
    single = ask("Is Plain Holdings a capital-intensive business in fiscal 2022?")
    assert single[0].startswith("Yes: ")
    several = ask("Is Plain Holdings a capital-intensive business in fiscal 2021 and 2022?")
    assert several[0].startswith("Capital expenditures as a percentage of revenue")

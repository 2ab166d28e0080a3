"""Questions for figures are answered from the ledger: line items by analysts' names, measures by their formulas."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from app.answers.claims import Grid, GridCell, GridRow
from app.answers.computing.answering import Answered, Evidence, answer_figure
from app.answers.computing.ledger_figures import LedgerFigures
from app.answers.computing.ledger_result import compute_from_ledger
from app.answers.computing.measures import find_measure
from app.answers.computing.notices import Declined
from app.answers.computing.question import FigureQuestion, named_issuers
from app.documents.issuers import normalise_issuer
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.registry import MEASURES
from app.facts.found import Found
from app.facts.ledger import Ledger
from app.facts.model import Fact, FactSource, FiscalLabel, Measure, Method, Place, StatementKind, StoredFact
from app.facts.sought import Sought
from app.quantities.periods import Period
from app.retrieval.passages import Passage
from app.tables.model import Table
from app.tables.rows import list_figure_rows, quantity_of
from tests.facts.ledgers import fact, source

KEY = normalise_issuer("Plain Holdings")
INCOME = {
    "Net revenue": "Revenue",
    "Cost of goods sold": "CostOfGoodsAndServicesSold",
    "Gross profit": "GrossProfit",
    "Net income": "NetIncome",
}
BALANCE = {
    "Inventories": "Inventories",
    "Accounts payable": "TradePayables",
    "Total current assets": "CurrentAssetsTotal",
    "Total current liabilities": "CurrentLiabilitiesTotal",
}
REVENUE = "Net revenue of Plain Holdings — 2022: $4,210 million"
BALANCE_PAGE = """Consolidated Balance Sheets
($ in millions)

At June 30,	2022	2021
Inventories	$410	$390
Total current assets	1,730	1,590
Accounts payable	300	280
Total current liabilities	1,000	1,060
"""


def facts_of(passage: Passage, table: Table, items: Mapping[str, str], statement: StatementKind) -> list[StoredFact]:
    """Return the facts of a table: expenses are positive, as in the ledger."""
    source = FactSource(
        passage.document_id, passage.version_id, KEY, "Plain Holdings", "Plain Holdings 10-K", "10-K", None
    )
    found = []
    for row in list_figure_rows(table):
        for cell in row.figures:
            value, period = quantity_of(cell).value, cell.period
            if row.label not in items or value is None or period is None:
                continue
            is_balance = statement is StatementKind.BALANCE
            fact = Fact(
                label=row.label,
                label_path=row.label_path,
                period=Period(period.end) if is_balance else period,
                value=abs(value).scaleb(6),
                measure=Measure.MONEY,
                scale=6,
                currency="USD",
                method=Method.STATEMENT,
                place=Place(passage.page_number, *cell.spans[0], table.number, cell.row, cell.column),
                confidence=0.97,
                statement=statement,
                item=items[row.label],
                fiscal=FiscalLabel(period.end.year),
            )
            found.append(StoredFact(fact, len(found) + 1, source))
    return found


@pytest.fixture
def ask(library, understand):
    income = library.passages[0]
    balance = library.add(
        BALANCE_PAGE,
        number=3,
        units_line="($ in millions)",
        document_id=income.document_id,
        version_id=income.version_id,
    )
    tables = {number: library.stored_tables[(income.version_id, number)][0] for number in (1, 3)}
    facts = [
        *facts_of(income, tables[1], INCOME, StatementKind.INCOME),
        *facts_of(balance, tables[3], BALANCE, StatementKind.BALANCE),
    ]

    def texts(question: str, facts=facts) -> list[str] | Declined | None:
        understanding = replace(
            understand(question),
            issuer_names=("Plain Holdings",),
            issuer_keys=(KEY,),
            issuer_forms=(frozenset({KEY}),),
        )
        figure = FigureQuestion.of(question, understanding)
        assert figure is not None
        ledger = compute_from_ledger(figure, facts)
        found = answer_figure(figure, (ledger,), understanding, Evidence([], library.pages, library.tables))
        return found if found is None or isinstance(found, Declined) else [claim.text for claim in found.draft.shown]

    texts.facts = facts
    texts.understand = understand("Plain Holdings")
    return texts


def test_line_item_is_found_by_analysts_name(ask) -> None:
    assert ask("What were Plain Holdings' COGS in FY2022?") == [
        "COGS of Plain Holdings — FY2022: $2,480 million",
        "Cost of goods sold — 2022: -$2,480 million",
    ]
    assert ask("What was Plain Holdings' revenue in FY2022?") == [
        "Net revenue of Plain Holdings — 2022: $4,210 million"
    ]


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What was Plain Holdings' gross margin in FY2022?", "Gross margin of Plain Holdings — FY2022: 41.09%"),
        ("Plain Holdings current ratio", "Current ratio of Plain Holdings — FY2022: 1.73"),
        (
            "What was the current ratio of Quoin & Cobble (formerly known as Plain Holdings) in FY2022?",
            "Current ratio of Plain Holdings — FY2022: 1.73",
        ),
        ("What was Plain Holdings' (now known as Quoin) FY2022 current ratio?", "Plain Holdings — FY2022: 1.73"),
        (
            "What is FY2022 days payable outstanding for Plain Holdings?",
            "Days payable outstanding of Plain Holdings — FY2022: 42.34",
        ),
        (
            "What was the FY2021 - FY2022 revenue growth rate?",
            "Revenue growth rate of Plain Holdings — FY2021 to FY2022: 7.95%",
        ),
        (
            "did gross margin improve in FY2022",
            "Yes: Gross margin of Plain Holdings rose — FY2021: 40.77%; FY2022: 41.09% (0.32 percentage points)",
        ),
        ("What was gross profit less net income in FY2022, in thousands?", "$1,318,000 thousand"),
    ],
)
def test_measures_are_computed_from_facts(ask, question, result) -> None:
    assert ask(question)[0].endswith(result)


def test_formula_shows_positive_expenses_and_their_cells(ask) -> None:
    result, equation, *rows = ask("What is FY2022 inventory turnover for Plain Holdings? Round to one decimal place.")
    assert result == "Inventory turnover of Plain Holdings — FY2022: 6.2"
    assert equation == (
        "Inventory turnover = Cost of goods sold (FY2022) / ((Inventories (FY2021) + Inventories (FY2022)) / 2) = "
        "2,480 / ((390 + 410) / 2) = 6.2 (in USD millions)"
    )
    assert rows == [
        "Cost of goods sold — 2022: -$2,480 million",
        "Inventories — 2021: $390 million; 2022: $410 million",
    ]


def test_all_measures_of_the_registry_can_be_asked() -> None:
    assert [measure.name for measure in MEASURES if find_measure(measure.title) is None] == []


def test_amount_that_its_cell_does_not_show_is_not_used(ask) -> None:
    wrong = [replace(each, fact=replace(each.fact, value=each.fact.value + Decimal(1_000_000))) for each in ask.facts]
    assert ask("What were Plain Holdings' COGS in FY2022?", wrong) is None


def test_uncertain_fact_is_not_used(ask) -> None:
    doubtful = [replace(each, fact=replace(each.fact, confidence=0.5)) for each in ask.facts]
    assert ask("What were Plain Holdings' COGS in FY2022?", doubtful) is None


@pytest.mark.parametrize(
    ("words", "value"), [("net sales", 90), ("revenue", 100), ("total revenue", 100), ("sales", 100)]
)
def test_row_with_the_very_words_is_preferred_to_the_total_that_it_is_part_of(words, value) -> None:
    total = fact("Revenue", 100, words="Total revenue", row=3, number=3)
    parts = [fact(None, 90, words="Net sales", row=1), fact(None, 10, words="Other revenue", row=2, number=2)]
    finder = LedgerFigures(Ledger([*parts, total]))
    found = finder.find(Sought(names=(words,), labels=(words,)), FiscalSpan.of(FiscalLabel(2023)))
    assert isinstance(found, Found)
    assert found.value == value * 10**6


@pytest.mark.parametrize(("words", "may_change"), [("net sales", True), ("revenue", False)])
def test_result_that_is_a_total_is_settled_only_if_its_label_has_the_words(ask, words, may_change) -> None:
    total = fact("Revenue", 100, words="Total revenue")
    figure = FigureQuestion.of(f"What were {words} in FY2023?", ask.understand)
    assert figure is not None
    assert compute_from_ledger(figure, [total]).is_settled() is not may_change


def test_product_of_the_issuer_is_found_by_its_words(ask) -> None:
    lamps = [
        replace(each, fact=replace(each.fact, dimensions=(("product", "eLamp"),)))
        for each in ask.facts
        if each.fact.item == "Revenue"
    ]
    others = [each for each in ask.facts if each.fact.item != "Revenue"]
    result, *_ = ask("eLamp revenue 2022 vs 2021", [*others, *lamps])
    assert result == "eLamp revenue of Plain Holdings rose — FY2021 to FY2022: $310 million"
    assert ask("What was revenue from eLamp in FY2022?", [*others, *lamps]) == [
        "Net revenue of Plain Holdings — 2022: $4,210 million"
    ]
    assert isinstance(ask("kettle revenue 2022 vs 2021", [*others, *lamps]), Declined | None)


def as_segment(each: StoredFact, member: str) -> StoredFact:
    return replace(each, fact=replace(each.fact, item="Revenue", dimensions=(("segment", member),)))


@pytest.fixture
def segmented(ask) -> list[StoredFact]:
    """Return facts that state the revenue of two segments, and the gross profit of one as its operating income."""
    parts = {"Revenue": "Lamps", "CostOfGoodsAndServicesSold": "Kettles"}
    found = [as_segment(each, parts[each.fact.item]) for each in ask.facts if each.fact.item in parts]
    profit = {"item": "OperatingIncomeLoss", "dimensions": (("segment", "Lamps"),)}
    of_profit = [each for each in ask.facts if each.fact.item == "GrossProfit"]
    return [*found, *(replace(each, fact=replace(each.fact, **profit)) for each in of_profit)]


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (
            "Which segment had the highest revenue in 2022?",
            "Revenue of Plain Holdings, highest — Lamps, FY2022: $4,210 million",
        ),
        ("Which segment grew least in 2022?", "Revenue growth of Plain Holdings, lowest — Kettles, FY2022: 7.36%"),
        (
            "What was the operating margin of the Lamps segment in 2022?",
            "Operating margin of the Lamps segment of Plain Holdings — FY2022: 41.09%",
        ),
    ],
)
def test_segments_are_ranked_and_have_margins(ask, segmented, question, result) -> None:
    assert ask(question, segmented)[0] == result.format("Plain Holdings")


def test_ranking_of_parts_needs_the_amounts_of_all(ask, segmented) -> None:
    question = "Which segment grew most in 2022?"
    part = [each for each in segmented if each.fact.dimensions[0][1] == "Lamps" or each.fact.period.end.year == 2022]
    assert isinstance(ask(question, part), Declined | None)
    assert isinstance(ask(question, segmented[:2]), Declined | None)


def test_comparison_of_a_measure_shows_both_values(ask) -> None:
    first, *_ = ask("How did Plain Holdings' gross margin compare between FY2021 and FY2022?")
    assert first == "Gross margin of Plain Holdings rose — FY2021: 40.77%; FY2022: 41.09% (0.32 percentage points)"


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Did Plain Holdings' gross margin decline in FY2022?", "No: Gross margin"),
        ("Does Plain Holdings have an improving gross margin in FY2022?", "Yes: Gross margin"),
        ("Was Plain Holdings profitable in FY2022?", "Yes: Net income"),
        ("Did Plain Holdings make a loss in FY2022?", "No: Net income"),
        ("Was Plain Holdings' revenue above $4 billion in FY2022?", "Yes: "),
        ("Was Plain Holdings' revenue below $4 billion in FY2022?", "No: "),
        ("Did Plain Holdings' gross margin exceed 45% in FY2022?", "No: Gross margin"),
    ],
)
def test_yes_or_no_is_computed_and_comes_first(ask, question, begins) -> None:
    assert ask(question)[0].startswith(begins)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("how much did Plain Holdings sell in fiscal 2022?", "$4,210 million"),
        ("How much did Plain Holdings earn in FY2022?", "$412 million"),
    ],
)
def test_plain_words_ask_for_line_items(ask, question, value) -> None:
    assert value in ask(question)[0]


def test_several_years_are_listed(ask) -> None:
    assert ask("What was Plain Holdings' revenue in FY2022 and FY2021?") == [
        "Net revenue of Plain Holdings — 2021: $3,900 million; 2022: $4,210 million"
    ]
    first, second, *_ = ask("What was Plain Holdings' gross margin in FY2021 and FY2022?")
    assert first == "Gross margin of Plain Holdings — FY2021: 40.77%; FY2022: 41.09%"
    assert second.startswith("Gross margin = Gross profit (FY2022) / Net revenue (FY2022)")


def test_figure_of_each_issuer_is_computed_from_its_own_facts(ask, library, understand) -> None:
    question = "Compare net income of Plain Holdings and Other Works in 2022"
    understanding = replace(
        understand(question),
        issuer_names=("Plain Holdings", "Other Works"),
        issuer_keys=(KEY, "other works"),
        issuer_forms=(frozenset({KEY}), frozenset({"other works"})),
    )
    others = [
        replace(each, source=replace(each.source, issuer="Other Works", issuer_key="other works"))
        for each in ask.facts
        if each.fact.item != "NetIncome"
    ]
    others = [
        replace(each, fact=replace(each.fact, item="NetIncome")) for each in others if each.fact.item == "GrossProfit"
    ]
    figure = FigureQuestion.of(question, understanding)
    assert figure is not None
    evidence = Evidence([], library.pages, library.tables)
    ledgers = [compute_from_ledger(figure, facts) for facts in (ask.facts, others)]
    found = answer_figure(figure, ledgers, understanding, evidence)
    assert found.draft.grid == Grid(
        ("Plain Holdings, FY2022", "Other Works, FY2022"),
        (GridRow("Net income", (GridCell("$412 million", 2), GridCell("$1,730 million", 3))),),
    )
    assert [claim.text for claim in found.draft.shown] == [
        "Net income — Plain Holdings, FY2022: $412 million; Other Works, FY2022: $1,730 million; highest: Other Works",
        "Net income of Plain Holdings — 2022: $412 million",
        "Gross profit of Other Works — 2022: $1,730 million",
    ]
    missing = [ledgers[0], compute_from_ledger(figure, others[:0])]
    assert not isinstance(answer_figure(figure, missing, understanding, evidence), Answered)


@pytest.mark.parametrize(
    ("question", "forms", "keys"),
    [
        ("What was revenue of Lantern?", [{"lantern", "lw"}], ("lantern",)),
        ("Compare revenue of Lantern and Kettle", [{"lantern"}, {"kettle"}], None),
        (
            "What was revenue of Lantern Works?",
            [{"lantern works", "lantern"}, {"lantern"}],
            ("lantern works", "lantern"),
        ),
        ("What was revenue of Kettle (formerly known as Lantern)?", [{"kettle"}, {"lantern"}], ("kettle", "lantern")),
        ("Was Lantern, which was renamed to Kettle, profitable?", [{"kettle"}, {"lantern"}], ("kettle", "lantern")),
        ("What was Lantern's (previously Kettle) revenue?", [{"lantern"}, {"kettle"}], ("lantern", "kettle")),
        # "Old Mill" is the former name, and no document is its own.
        ("Compare revenue of Lantern (formerly Old Mill) and Kettle", [{"lantern"}, {"kettle"}], None),
        ("Compare revenue of Lit Lantern and Lit Kettle", [{"lit lantern", "lit"}, {"lit kettle", "lit"}], None),
    ],
)
def test_names_of_one_issuer_are_joined(understand, question, forms, keys) -> None:
    every = keys or ("lantern", "kettle")
    understanding = replace(understand(question), issuer_keys=every, issuer_forms=tuple(map(frozenset, forms)))
    assert [issuer.keys for issuer in named_issuers(question, understanding)] == (
        [keys] if keys else [("lantern",), ("kettle",)]
    )


def test_reason_for_a_missing_figure_counts_as_read_from_the_ledgers_documents(ask, understand) -> None:
    """The reason can have words of them, so a reader who loses access to one must not see it any more."""
    question = "What was Plain Holdings' revenue in FY1999?"
    figure = FigureQuestion.of(question, understand(question))
    assert figure is not None
    result = compute_from_ledger(figure, ask.facts)
    assert result.missing
    assert result.read() == {stored.source.document_id for stored in ask.facts}


@pytest.mark.parametrize(("later", "cited"), [("100", 0), ("101", 1)])
def test_figure_is_cited_from_the_report_of_its_period_unless_it_is_restated(ask, later, cited) -> None:
    older, newer = source("10-K 2022", "2023-02-15"), source("10-K 2023", "2024-02-15")
    facts = [
        fact("Revenue", 100, "FY2022", words="Net sales", document=older),
        fact("Revenue", later, "FY2022", words="Net sales", document=newer, number=1),
        fact("Revenue", 120, "FY2023", words="Net sales", document=newer, number=2),
    ]
    figure = FigureQuestion.of("What was revenue in FY2022?", ask.understand)
    assert figure is not None
    found = compute_from_ledger(figure, facts)
    assert {version_id for version_id, _ in found.pages()} == {(older, newer)[cited].version_id}
    # The note on the restated figure quotes the older report.
    assert found.read() == ({older.document_id, newer.document_id} if cited else {older.document_id})


def test_income_of_common_shareholders_is_after_preferred_dividends(ask) -> None:
    def placed(label: str, item: str) -> list[StoredFact]:
        return [replace(each, fact=replace(each.fact, item=item)) for each in ask.facts if each.fact.label == label]

    question = "What was Plain Holdings' net income attributable to common shareholders in FY2022?"
    whole = placed("Gross profit", "NetIncome")
    assert ask(question, [*whole, *placed("Net income", "NetIncomeToCommonShareholders")]) == [
        "Net income of Plain Holdings — 2022: $412 million"
    ]
    assert ask(question, whole) == ["Gross profit of Plain Holdings — 2022: $1,730 million"]

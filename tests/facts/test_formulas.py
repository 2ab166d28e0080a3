"""Tests of the formula language and its evaluation."""

from decimal import Decimal

import pytest

from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.printing import Form, print_value
from app.facts.formulas.problems import ExpressionError
from app.facts.formulas.registry import MEASURES, formula_of, needed_items, standard_vocabulary
from app.facts.formulas.results import Computed, Working
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel
from tests.facts.ledgers import fact, read_ledger
from tests.speed import within_cpu_seconds

TOOLS = """
income-statement | FY2023 FY2022 FY2021
Revenue | 1,200 1,000 800
CostOfGoodsAndServicesSold | 720 610 500
OperatingIncomeLoss | 180 -20 90
NetIncome | 120 -30 60
balance-sheet | FY2023 FY2022
Inventories | 100 80
TradePayables | 60 52
Assets | 1,500 1,300
LongTermDebt | 500 450
CashAndMarketableSecurities | 50 0
cash-flow-statement | FY2023 FY2022
DepreciationAmortizationCF | 70 60
"""


@pytest.fixture(scope="module")
def tools() -> Ledger:
    return read_ledger(TOOLS)


def compute(text: str, ledger: Ledger, label: FiscalLabel | None = None) -> Computed:
    return evaluate(parse_expression(text, standard_vocabulary()), ledger, label)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_formula_of_each_measure_is_its_own_text_again_and_names_known_items(measure):
    vocabulary = standard_vocabulary()
    expression = formula_of(measure)
    assert parse_expression(str(expression), vocabulary) == expression
    assert [name for name in needed_items(expression) if not vocabulary.knows(name)] == []


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("(total debt - cash) / EBITDA", "(TotalDebt - CashAndMarketableSecurities) / EBITDA"),
        (
            "unadjusted operating income + depreciation and amortization from the cash flow statement",
            "OperatingIncomeLoss + DepreciationAndAmortization",
        ),
        (
            "365 * (average accounts payable between FY2017 and FY2018) / "
            "(FY2018 COGS + change in inventory between FY2017 and FY2018)",
            "365 * avg(TradePayables[FY2017], TradePayables[FY2018]) / "
            "(CostOfGoodsAndServicesSold[FY2018] + (Inventories[FY2018] - Inventories[FY2017]))",
        ),
        ("total current assets divided by total current liabilities", "CurrentAssetsTotal / CurrentLiabilitiesTotal"),
        ("total current assets less total current liabilities", "CurrentAssetsTotal - CurrentLiabilitiesTotal"),
        ("DIO + DSO - DPO", "DaysInventoryOutstanding + DaysSalesOutstanding - DaysPayablesOutstanding"),
        ("total debt to EBITDA in FY2020", "Leverage[FY2020]"),
        ("net income over average total assets", "NetIncome / avg(Assets)"),
        ("cost of goods sold as a % of revenue", "CostOfGoodsAndServicesSold / Revenue"),
        ("3 year average operating margin", "avg(OperatingMargin, last 3 years)"),
        ("net property, plant, and equipment / total assets", "PlantPropertyEquipmentNet / Assets"),
        ("selling, general and administrative expenses", "SellingGeneralAndAdminExpenses"),
        ("max(cash, short-term investments)", "max(CashAndMarketableSecurities, ShortTermInvestments)"),
        ("3 year average EBITDA % margin", "avg(EBITDAMargin, last 3 years)"),
        ("capex margin", "CapexIntensity"),
        ("goodwill % margin", "percent(Goodwill / Revenue)"),
        ("2019 revenue - 2018 revenue", "Revenue[FY2019] - Revenue[FY2018]"),
        ("Q2 2023 revenue × 4", "Revenue[Q2 2023] * 4"),
        ('Revenue{segment: "Americas"}[FY-1]', 'Revenue{segment: "Americas"}[FY-1]'),
        ("sum(Revenue, last 4 quarters) > 1,000", "sum(Revenue, last 4 quarters) > 1000"),
    ],
)
def test_analysts_words_and_the_language_are_parsed_alike(text, formula):
    assert str(parse_expression(text, standard_vocabulary())) == formula


@pytest.mark.parametrize(
    "text",
    ["", "(", "Revenue +", "Revenue)", "growth()", "cagr(Revenue, x)", "adjusted EBITDA", "-" * 60 + "1", "1" * 40],
)
def test_text_that_is_no_formula_has_a_stable_code(text):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text, standard_vocabulary())
    assert caught.value.code == "bad-expression"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Revenue[FY-1]", "1000000000"),
        ("growth(Revenue)", "0.2"),
        ("growth(Revenue, FY2021..FY2023)", "0.5"),
        ("change(Revenue, FY2021..FY2023)", "400000000"),
        ("cagr(Revenue, 2)", "0.2247"),
        ("cagr(Revenue, FY2021..FY2023)", "0.2247"),
        ("Revenue[2022-12-31] + Revenue[12M 2023-12-31]", "2200000000"),
        ("change(Inventories, 2022-12-31..2023-12-31)", "20000000"),
        ("avg(Inventories)", "90000000"),
        ("avg(Revenue, last 3 years)", "1000000000"),
        ("avg(Revenue, FY2021..FY2022)", "900000000"),
        ("change(Inventories)", "20000000"),
        ("opening(Inventories)", "80000000"),
        ("max(Revenue, last 3 years) - min(Revenue, last 3 years)", "400000000"),
        ("365 * avg(TradePayables) / (CostOfGoodsAndServicesSold + change(Inventories))", "27.6216"),
        ("abs(NetIncome[FY2022])", "30000000"),
        ("round(Revenue / CostOfGoodsAndServicesSold, 1)", "1.7"),
        ("Revenue * 10%", "120000000"),
        ("Revenue > CostOfGoodsAndServicesSold", "1"),
        ("GrossMargin > GrossMargin[FY-1]", "1"),
        ("(total debt - cash) / EBITDA", "1.8"),
    ],
)
def test_expression_has_its_value(tools, text, expected):
    computed = compute(text, tools)
    assert computed.problem is None
    assert round(computed.value, 4) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Revenue / CashAndMarketableSecurities[FY-1]", "division-by-zero"),
        ("growth(CashAndMarketableSecurities)", "division-by-zero"),
        ("growth(NetIncome)", "negative-base"),
        ("growth(OperatingIncomeLoss, FY2022..FY2023)", "negative-base"),
        ('Inventories / "Inventories"', "same-figure"),
        ("sum(Revenue, 2022-12-31..2023-12-31)", "no-period"),
        ("cagr(OperatingIncomeLoss[FY2022], 1)", "negative-base"),
        ("cagr(NetIncome[FY-1], 1)", "negative-base"),
        ("Revenue * Assets", "units-do-not-match"),
        ("Revenue + 5", "units-do-not-match"),
        ("avg(Revenue)", "not-a-balance"),
        ("opening(Revenue)", "not-a-balance"),
        ("Goodwill", "missing-input"),
        ("Revenue[FY2090]", "missing-input"),
        ("sum(Revenue, last 41 years)", "no-period"),
    ],
)
def test_expression_without_value_has_a_stable_code(tools, text, problem):
    computed = compute(text, tools)
    assert computed.value is None
    assert computed.problem is not None
    assert computed.problem.code == problem


def test_everything_that_is_missing_is_named_at_once(tools):
    computed = compute("ROE", tools)
    assert [(missing.name, missing.period) for missing in computed.missing] == [
        ("AllEquityBalance", "FY2022"),
        ("AllEquityBalance", "FY2023"),
    ]
    assert "StockholdersEquity" in computed.missing[0].looked_for


def test_growth_of_an_amount_that_is_always_deducted_is_that_of_its_size():
    rows = [
        fact(None, value, label, words="Valuation allowance") for label, value in (("FY2023", -20), ("FY2022", -16))
    ]
    assert compute('growth("valuation allowance")', Ledger(rows), FiscalLabel(2023)).value == Decimal("0.25")


def test_liability_that_is_printed_in_brackets_is_owed():
    ledger = read_ledger("balance-sheet | FY2023\nLongTermDebt | -500\nCashAndMarketableSecurities | 200")
    computed = compute("LongTermDebt - CashAndMarketableSecurities", ledger, FiscalLabel(2023))
    assert computed.value == 300_000_000
    assert "printed with a minus" in computed.notes[0]


def test_computation_is_shown_down_to_its_facts(tools):
    tree = compute("growth(first(Goodwill, Revenue), FY2022..FY2023)", tools).tree
    assert isinstance(tree, Working)
    assert (tree.operator, [part.period for part in tree.parts]) == ("growth", ["FY2022", "FY2023"])


def test_own_definition_wins_over_the_registry(tools):
    vocabulary = standard_vocabulary()
    own = vocabulary.defining(["DPO"], parse_expression("365 * accounts payable / COGS", vocabulary))
    registry, defined = evaluate("CCC", tools), evaluate("DPO", tools, vocabulary=own)
    assert registry.problem is not None
    assert round(defined.value, 2) == Decimal("30.42")


def test_own_definition_can_build_on_the_registrys(tools):
    vocabulary = standard_vocabulary()
    own = vocabulary.defining(["EBITDA"], parse_expression("EBITDA + 0 * revenue", vocabulary))
    assert evaluate("EBITDA", tools, vocabulary=own).value == evaluate("EBITDA", tools).value


def test_result_has_inputs_steps_and_the_least_confidence(tools):
    computed = evaluate("asset turnover", tools)
    assert [(one.name, one.period) for one in computed.inputs] == [
        ("Revenue", "FY2023"),
        ("Assets", "FY2022"),
        ("Assets", "FY2023"),
    ]
    assert computed.steps[-2].working == "1,200,000,000 ÷ 1,400,000,000"
    assert computed.confidence == 0.98


def test_item_that_a_read_statement_does_not_have_is_taken_as_zero_and_named(tools):
    computed = evaluate("total debt", tools)
    assert computed.value == 500_000_000
    assert [one.name for one in computed.assumed][:2] == ["ShortTermDebt", "CurrentPortionOfLongTermDebt"]


def with_balances(tools, **amounts):
    """Return the ledger with rows of the balance sheet that match no item."""
    rows = [
        fact(None, value, balance=True, words=label.replace("_", " "), row=90 + at, number=90 + at)
        for at, (label, value) in enumerate(amounts.items())
    ]
    return Ledger([*tools.facts, *rows])


def test_debt_is_not_zero_beside_a_row_of_debt_that_matches_no_item(tools):
    computed = evaluate("total debt", with_balances(tools, Bank_overdrafts_and_borrowings=80, Other=7))
    assert computed.value is None
    assert {one.code for one in computed.missing} >= {"ambiguous"}
    assert "“Bank overdrafts and borrowings”" in computed.problem.detail


@pytest.mark.parametrize(
    ("label", "amount"),
    [
        ("Loans held for sale", 80),
        ("Investments in debt securities", 80),
        ("Accrued interest on borrowings", 80),
        ("Notes receivable", 80),
        ("Total debt", 80),
        ("Senior notes", 500),  # an older filing's name for the placed row
        ("Revolving credit facility", 0),
    ],
)
def test_rows_that_are_no_further_debt_leave_debt_absent(tools, label, amount):
    assert evaluate("total debt", with_balances(tools, **{label: amount})).value == 500_000_000


def test_item_of_a_statement_that_was_not_read_is_missing_and_not_zero():
    computed = evaluate("tangible book value", read_ledger("income-statement | FY2023\nRevenue | 5"))
    assert computed.problem is not None
    assert {one.code for one in computed.missing} == {"not-read"}


def test_nested_ranges_stop_at_a_number_of_parts(tools):
    text = "sum(" * 38 + "1" + ", last 7 years)" * 38
    problem = within_cpu_seconds(3, lambda: compute(text, tools, FiscalLabel(2150)).problem)
    assert problem is not None
    assert problem.code == "too-large"


def test_value_without_end_is_out_of_range(tools):
    tiny = " / ".join(["1", *["999,999,999,999"] * 6])
    problem = compute(tiny, tools, FiscalLabel(2023)).problem
    assert problem is not None
    assert problem.code == "out-of-range"


def test_amount_whose_scale_nobody_states_says_so_and_is_not_converted():
    computed = evaluate("Revenue", Ledger([fact("Revenue", 100, scale=None)]), FiscalLabel(2023))
    assert computed.value is not None
    assert computed.unit is not None
    assert print_value(computed.value, computed.unit, Form(scale=6)).text == "USD 100 (scale not stated)"

"""Laws of formulas, on random texts, expressions and ledgers."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.fiscal import FiscalSpan
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.expressions import (
    At,
    Between,
    Binary,
    Call,
    Expression,
    Label,
    Last,
    Name,
    Negative,
    Number,
    Of,
    Shift,
)
from app.facts.formulas.lexing import LONGEST_TEXT
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.printing import Form, print_value
from app.facts.formulas.problems import ExpressionError
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import MONEY, PERCENT, RATIO, Unit
from app.facts.ledger import Ledger
from app.facts.ledger_paths import shortest_path
from app.facts.model import FiscalLabel, StoredFact
from tests.facts.ledgers import fact, read_ledger, source
from tests.facts.made_facts import facts as random_facts
from tests.speed import within_cpu_seconds

LEDGER = read_ledger(
    """
    income-statement | FY2023 FY2022 9M-2023
    Revenue | 120 -10 80
    NetIncome | 0 5 -3
    balance-sheet | FY2023 FY2022
    Assets | 500 0
    """
)
_LABELS = st.builds(FiscalLabel, st.integers(2020, 2026), st.sampled_from(["FY", "H1", "9M", "Q1", "Q4", "TTM Q2"]))
_WORDS = st.text(st.sampled_from("abc 12 FYQ+-*/().,[]{}%\"<>=&x'’"), max_size=60)
_LEAVES = st.one_of(
    st.builds(Number, st.decimals(0, 10**6, places=2)),
    st.sampled_from([Name("Revenue"), Name("NetIncome"), Name("Assets"), Name("ReturnOnEquity"), Name("GrossMargin")]),
    st.just(Label("some row")),
)


def _grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    ranges = st.builds(Last, st.integers(1, 4), st.booleans()) | st.builds(Between, _LABELS, _LABELS)
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(Negative, inner),
        st.builds(At, inner, _LABELS | st.builds(Shift, st.integers(-3, 3).filter(bool))),
        st.builds(Of, inner, st.just((("segment", "East"),))),
        st.builds(lambda name, of: Call(name, (of,)), st.sampled_from(["avg", "ttm", "growth", "optional"]), inner),
        st.builds(lambda of, periods: Call("sum", (of,), periods), inner, ranges),
        st.builds(lambda of, years: Call("cagr", (of,), Last(years)), inner, st.integers(1, 5)),
        st.builds(lambda one, other: Call("first", (one, other)), inner, inner),
    )


EXPRESSIONS = st.recursive(_LEAVES, _grow, max_leaves=8)


@given(EXPRESSIONS)
def test_text_of_an_expression_is_parsed_to_it(expression):
    assert parse_expression(str(expression), standard_vocabulary()) == expression


@given(EXPRESSIONS, _LABELS)
def test_evaluation_ends_with_a_value_or_a_problem(expression, label):
    computed = evaluate(expression, LEDGER, label)
    assert (computed.value is None) == (computed.problem is not None)
    assert computed.problem is None or (computed.problem.code and computed.problem.detail.endswith("."))
    assert 0 <= computed.confidence <= 1


@given(st.lists(random_facts(), max_size=12), _LABELS, st.sampled_from(["ROIC", "CCC", "Leverage", "RevenueGrowth"]))
def test_any_facts_give_a_value_or_a_problem(facts, label, measure):
    ledger = Ledger(StoredFact(one, number, source()) for number, one in enumerate(facts, start=1))
    computed = evaluate(measure, ledger, label)
    assert (computed.value is None) == (computed.problem is not None)


@given(_WORDS)
def test_any_text_is_a_formula_or_refused(text):
    try:
        parsed = parse_expression(text, standard_vocabulary())
    except ExpressionError as error:
        assert error.detail.endswith(".")
    else:
        assert parse_expression(str(parsed), standard_vocabulary()) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "a " * 999,
        "revenue-" * 250,
        "(" * 2000,
        "total debt to " * 140,
        '"' * 2000,
        "1," * 1000,
        "FY" * 1000,
        "x&" * 999,
    ],
)
def test_hostile_text_takes_no_more_than_linear_time(text):
    def parse():
        with suppress(ExpressionError):
            parse_expression(text[:LONGEST_TEXT], standard_vocabulary())

    within_cpu_seconds(1, parse)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_year_is_the_sum_of_its_parts_however_it_is_derived(first, second, rest):
    nine_months = fact("Revenue", first + second, "9M 2023")
    half, year = fact("Revenue", first, "H1 2023"), fact("Revenue", first + second + rest)
    ledger = Ledger([nine_months, half, year])
    quarters = [evaluate("Revenue", ledger, FiscalLabel(2023, part)).value for part in ("H1", "Q3", "Q4")]
    assert quarters == [Decimal(first) * 10**6, Decimal(second) * 10**6, Decimal(rest) * 10**6]


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 4)), max_size=10), st.integers(4, 10))
def test_derived_period_has_no_holes(spans, end):
    known = [FiscalSpan(start + length, start) for start, length in spans]
    path = shortest_path(known, FiscalSpan(end, end - 4))
    if path is not None:
        covered = [
            sum(stretch.sign for stretch in path if stretch.span.start <= quarter < stretch.span.end)
            for quarter in range(20)
        ]
        assert covered == [int(end - 4 <= quarter < end) for quarter in range(20)]


@given(st.decimals(-(10**9), 10**9, places=6), st.integers(0, 6), st.sampled_from([MONEY, PERCENT, RATIO]))
def test_printed_number_is_the_nearest_with_these_places(value, places, unit: Unit):
    printed = print_value(value, unit, Form(places=places))
    factor = 100 if unit is PERCENT else 1
    assert abs(printed.number - value * factor) <= Decimal(5).scaleb(-places - 1)


@pytest.mark.parametrize(
    ("value", "unit", "form", "text"),
    [
        ("0.12345", PERCENT, Form(), "12.3%"),
        ("0.125", PERCENT, Form(places=1), "12.5%"),
        ("0.125", PERCENT, Form(places=2, percent=False), "0.13"),
        ("0.125", RATIO, Form(percent=True), "12.5%"),
        ("2.345", RATIO, Form(), "2.35x"),
        ("-2.345", RATIO, Form(), "-2.35x"),
        ("-0.001", RATIO, Form(), "0.00x"),
        ("1234567890", Unit(MONEY.kind, "USD"), Form(), "USD 1.23 billion"),
        ("300000000", Unit(MONEY.kind, "USD"), Form(), "USD 300.0 million"),
        ("-999999", Unit(MONEY.kind, "USD"), Form(), "USD -999,999"),
        ("1234567890", Unit(MONEY.kind, "USD"), Form(scale=0), "USD 1,234,567,890"),
        ("1234567890", Unit(MONEY.kind, "USD"), Form(scale=6), "USD 1,234.57 million"),
        ("1234567890", Unit(MONEY.kind, "USD"), Form(scale=6, places=0), "USD 1,235 million"),
        ("1234567890", Unit(MONEY.kind, "EUR"), Form(scale=3), "EUR 1,234,567.89 thousand"),
        ("1234567890", Unit(MONEY.kind), Form(places=-6), "1,235,000,000"),
    ],
)
def test_value_is_printed_as_asked(value, unit, form, text):
    assert print_value(Decimal(value), unit, form).text == text

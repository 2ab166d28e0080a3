"""Proposed lines of a report are judged by the tags of the filing, for the filing's own periods."""

from datetime import date
from decimal import Decimal

import pytest

from app.facts.items.standard import load_items
from app.facts.model import StatementKind
from app.quantities.periods import Period
from evals.datasets.tagged import TaggedFact
from evals.scoring.report_fields import JudgedLine, Outcome, TaggedReport, Which, judge_line

QUARTER, QUARTER_BEFORE = Period(date(2031, 9, 30), date(2031, 7, 1)), Period(date(2030, 9, 30), date(2030, 7, 1))
TO_DATE, TO_DATE_BEFORE = Period(date(2031, 9, 30), date(2031, 1, 1)), Period(date(2030, 9, 30), date(2030, 1, 1))
DAY, DAY_BEFORE = Period(date(2031, 9, 30)), Period(date(2030, 12, 31))
INCOME, BALANCE, FLOWS = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW
REVENUE, CAPEX = load_items()["Revenue"], load_items()["CapitalExpenses"]


def tagged(concept, value, period, statement=INCOME):
    return TaggedFact.of(
        document="made", statement=statement, line_item=concept, period=period, unit="USD", value=Decimal(value),
        decimals=-6,
    )  # fmt: skip


FACTS = [
    *(tagged("Revenues", f"{n}000000", p) for n, p in enumerate((QUARTER, QUARTER_BEFORE, TO_DATE, TO_DATE_BEFORE), 4)),
    *(tagged("Assets", "90000000", period, BALANCE) for period in (DAY, DAY_BEFORE)),
    *(tagged("PaymentsToAcquireProductiveAssets", "3000000", period, FLOWS) for period in (TO_DATE, TO_DATE_BEFORE)),
]
REPORT = TaggedReport(FACTS, [])


@pytest.mark.parametrize(
    ("item", "which", "period"),
    [
        (REVENUE, Which.CURRENT, QUARTER),
        (REVENUE, Which.TO_DATE, TO_DATE),
        (REVENUE, Which.PRIOR, QUARTER_BEFORE),
        (CAPEX, Which.CURRENT, TO_DATE),
        (load_items()["Assets"], Which.PRIOR, DAY_BEFORE),
    ],
)
def test_periods_of_lines_are_those_of_the_tags(item, which, period):
    assert REPORT.line(item, which).period == period


@pytest.mark.parametrize(
    ("value", "period", "outcome"),
    [
        ("4000000", QUARTER, Outcome.RIGHT),
        ("4000000.4", QUARTER, Outcome.RIGHT),
        ("5000000", QUARTER, Outcome.WRONG),
        ("4000000", TO_DATE, Outcome.WRONG),
        (None, None, Outcome.MISSED),
    ],
)
def test_value_is_right_for_the_tagged_period_only(value, period, outcome):
    line = REPORT.line(REVENUE, Which.CURRENT)
    assert judge_line(line, None if value is None else Decimal(value), period) is outcome


def test_line_that_no_statement_tags_cannot_be_missed():
    line = REPORT.line(load_items()["Goodwill"], Which.CURRENT)
    assert judge_line(line, None, None) is Outcome.NOTHING
    assert judge_line(line, Decimal(7), DAY) is Outcome.WRONG
    assert judge_line(line, Decimal(0), DAY) is Outcome.NOTHING


def test_value_that_a_note_tags_is_right():
    noted = TaggedReport(FACTS, [tagged("Goodwill", "7000000", DAY, StatementKind.OTHER)])
    line = noted.line(load_items()["Goodwill"], Which.CURRENT)
    assert judge_line(line, Decimal(7000000), DAY) is Outcome.RIGHT
    assert judge_line(line, None, None) is Outcome.NOTHING


def test_wrong_value_of_a_tagged_line_is_missed_too():
    line = REPORT.line(REVENUE, Which.CURRENT)
    judged = [
        JudgedLine("revenue", line, Outcome.RIGHT, 0.995),
        JudgedLine("revenue", line, Outcome.WRONG, 0.6),
        JudgedLine("revenue", line, Outcome.MISSED, 0.9, is_absent=True),
    ]
    counts = JudgedLine.count(judged, approved=0.99)
    assert (counts["right"], counts["wrong"], counts["missed"], counts["tagged"]) == (1, 1, 2, 3)
    assert (counts["approved"], counts["approved_wrong"]) == (1, 0)
    assert (counts["absent"], counts["absent_right"]) == (1, 0)


def test_year_to_date_in_another_table_is_known_from_the_cash_flows():
    facts = [fact for fact in FACTS if fact.statement is not INCOME or fact.period in (QUARTER, QUARTER_BEFORE)]
    beside = tagged("Revenues", "6000000", TO_DATE, StatementKind.OTHER)
    line = TaggedReport(facts, [beside]).line(REVENUE, Which.TO_DATE)
    assert judge_line(line, Decimal(6000000), TO_DATE) is Outcome.RIGHT
    assert judge_line(line, Decimal(4000000), QUARTER) is Outcome.WRONG


def test_tag_that_two_statements_share_is_right_for_both():
    flows = [tagged("CashAndCashEquivalentsAtCarryingValue", "8000000", day, FLOWS) for day in (DAY, DAY_BEFORE)]
    line = TaggedReport([*FACTS, *flows], []).line(load_items()["CashAndMarketableSecurities"], Which.CURRENT)
    assert judge_line(line, Decimal(8000000), DAY) is Outcome.RIGHT
    assert judge_line(line, None, None) is Outcome.NOTHING

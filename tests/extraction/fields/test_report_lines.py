"""Lines of reports are read from the ledger: the group's figure, for the report's own period, with its cell."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.documents.metadata import DocumentType
from app.facts.model import Check, Measure, Method, StatementKind
from app.quantities.periods import Period
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec, shipped_schema
from app.review.values import FieldKind, QuantityValue
from tests.extraction.fields.reports import (
    BEFORE,
    DAY,
    DAY_BEFORE,
    QUARTER,
    QUARTER_BEFORE,
    TO_DATE,
    TO_DATE_BEFORE,
    YEAR,
    document,
    figure,
)
from workers.extraction.fields.report.periods import Role, report_periods
from workers.extraction.fields.report.statement import item_of
from workers.extraction.fields.rules import field_reader

REVENUE = FieldSpec("revenue", "Revenue", FieldKind.QUANTITY, rule="report.line", words=("revenue", "net sales"))
PRIOR = replace(REVENUE, key="revenue_prior", rule="report.prior_line")
CASH = FieldSpec("cash", "Cash", FieldKind.QUANTITY, rule="report.line", words=("cash and cash equivalents",))
SALES = figure("Revenue", "4210")
SALES_BEFORE = figure("Revenue", "3900", BEFORE)


def read(spec, facts, **about) -> Proposal:
    (proposal,) = field_reader().read(document(facts, **about), [spec])
    return proposal


def amount(proposal):
    assert isinstance(proposal.value, QuantityValue)
    return proposal.value.number


def test_line_has_its_period_and_its_cell():
    proposal = read(REVENUE, [SALES, SALES_BEFORE])
    assert proposal.value == QuantityValue(Decimal(4210000000), "USD", YEAR)
    assert proposal.method is ReadingMethod.LEDGER
    (quote,) = proposal.evidence
    assert (quote.quote, quote.page, quote.table, quote.row, quote.column) == ("4210", 1, 1, 0, 1)


def test_prior_line_is_of_the_period_before():
    assert read(PRIOR, [SALES, SALES_BEFORE]).value == QuantityValue(Decimal(3900000000), "USD", BEFORE)


def test_segment_never_stands_in_for_the_group():
    segment = figure("Revenue", "1300", dimensions=(("segment", "Northern Mills"),), method=Method.TABLE)
    assert amount(read(REVENUE, [segment, SALES])) == 4210000000
    alone = read(REVENUE, [segment, figure("NetIncome", "12"), figure("IncomeTaxes", "4")])
    assert alone.state is ProposalState.ABSENT


def test_two_amounts_are_shown_side_by_side():
    other = figure("Revenue", "4300", confidence=0.8, label="Revenues as reported")
    proposal = read(REVENUE, [other, SALES])
    assert amount(proposal) == 4210000000
    (alternative,) = proposal.alternatives
    assert alternative.value == QuantityValue(Decimal(4300000000), "USD", YEAR)
    assert alternative.evidence[0].quote == "4300"
    assert [check.name for check in proposal.checks if not check.passed] == ["conflict"]


def test_amount_rounded_elsewhere_is_no_conflict():
    rounded = figure("Revenue", "4200", decimals=-8, method=Method.TABLE, statement=StatementKind.OTHER)
    proposal = read(REVENUE, [replace(SALES, value=Decimal(4210000000)), rounded])
    assert not proposal.alternatives
    assert [quote.quote for quote in proposal.evidence] == ["4210", "4200"]


def test_amount_in_two_tables_is_more_certain():
    again = figure("Revenue", "4210", place=replace(SALES.place, table=2))
    assert read(REVENUE, [SALES, again]).confidence > read(REVENUE, [SALES]).confidence


def test_line_that_a_read_statement_lacks_is_absent_with_proof():
    proposal = read(REVENUE, [figure("NetIncome", "12"), figure("NetIncome", "9", BEFORE)])
    assert proposal.state is ProposalState.ABSENT
    assert proposal.search is not None
    assert proposal.search.pages == (1,)
    assert "net sales" in proposal.search.terms


def test_line_of_a_statement_that_was_not_read_is_unread():
    assert read(CASH, [SALES, SALES_BEFORE]).state is ProposalState.UNREAD


def test_line_is_not_absent_while_an_unplaced_row_has_its_name():
    unplaced = figure(None, "4210", label="Net sales", label_path=("Net sales",))
    assert read(REVENUE, [figure("NetIncome", "12"), unplaced]).state is ProposalState.UNREAD


def test_amount_without_a_stated_scale_is_uncertain():
    proposal = read(REVENUE, [replace(SALES, scale=None)])
    assert proposal.confidence < 0.5
    assert ("scale", False) in [(check.name, check.passed) for check in proposal.checks]


def test_checks_of_the_ledger_are_kept():
    failed = Check("sum", passed=False, detail="The parts add up to 4,200, not 4,210.")
    (check,) = read(REVENUE, [replace(SALES, checks=(failed,))]).checks
    assert (check.name, check.passed, check.sentence) == ("sum", False, "The parts add up to 4,200, not 4,210.")


def test_percentage_is_in_hundredths():
    rate = figure("Revenue", "0.000000125", measure=Measure.PERCENT, currency=None, scale=0)
    assert read(REVENUE, [rate]).value == QuantityValue(Decimal("12.5"), "%", YEAR)


def test_value_counts_in_the_direction_of_the_items_first_concept():
    spec = FieldSpec("interest", "Interest expense", FieldKind.QUANTITY, rule="report.line")
    net = figure("InterestExpense", "-9", concept="InterestIncomeExpenseNonoperatingNet")
    assert amount(read(spec, [net])) == 9000000


QUARTERLY = [
    *(figure(item, "5", period) for item in ("Revenue", "NetIncome") for period in (QUARTER, QUARTER_BEFORE)),
    *(figure(item, "5", period) for item in ("Revenue", "NetIncome") for period in (TO_DATE, TO_DATE_BEFORE)),
    *(
        figure("NetCashFromOperatingActivities", "5", period, statement=StatementKind.CASH_FLOW)
        for period in (TO_DATE, TO_DATE_BEFORE)
    ),
    *(
        figure("Assets", "5", Period(day), statement=StatementKind.BALANCE)
        for day in (date(2031, 9, 30), date(2030, 12, 31))
    ),
]


@pytest.mark.parametrize(
    ("statement", "current", "prior"),
    [
        (StatementKind.INCOME, QUARTER, QUARTER_BEFORE),
        (StatementKind.CASH_FLOW, TO_DATE, TO_DATE_BEFORE),
        (StatementKind.BALANCE, Period(date(2031, 9, 30)), DAY_BEFORE),
    ],
)
def test_quarterly_report_is_of_its_quarter_its_year_to_date_and_its_day(statement, current, prior):
    about = document(QUARTERLY, type_=DocumentType.FORM_10Q, end=date(2031, 9, 30))
    periods = report_periods(about.facts, about.metadata)
    assert periods.of(statement, Role.CURRENT) == current
    assert periods.of(statement, Role.PRIOR) == prior


def test_period_of_a_wrong_cover_date_is_that_of_the_statements():
    about = document([SALES, SALES_BEFORE], end=date(2029, 1, 1))
    assert report_periods(about.facts, about.metadata).of(StatementKind.INCOME, Role.CURRENT) == YEAR


def test_annual_report_is_of_its_year_beside_its_last_quarter():
    quarter = Period(date(2031, 12, 31), date(2031, 10, 1))
    about = document([SALES, SALES_BEFORE, figure("Revenue", "1100", quarter)])
    assert report_periods(about.facts, about.metadata).of(StatementKind.INCOME, Role.CURRENT) == YEAR


def test_balance_sheet_compares_with_the_nearest_earlier_day():
    days = [DAY, DAY_BEFORE, Period(date(2029, 12, 31))]
    about = document([figure("Assets", "9", day, statement=StatementKind.BALANCE) for day in days])
    assert report_periods(about.facts, about.metadata).of(StatementKind.BALANCE, Role.PRIOR) == DAY_BEFORE


@pytest.mark.parametrize("key", ["annual-report", "quarterly-report"])
def test_each_line_of_the_shipped_schemas_names_an_item_of_its_own(key):
    lines = [spec for spec in shipped_schema(key).fields if (spec.rule or "").endswith("line")]
    named = [(spec.rule, item.name) for spec in lines if (item := item_of(spec)) is not None]
    assert len(named) == len(set(named)) == len(lines) > 100


def test_expense_that_a_reconciliation_deducts_is_not_read():
    spec = FieldSpec("interest", "Interest expense", FieldKind.QUANTITY, rule="report.line")
    other = {"method": Method.TABLE, "statement": StatementKind.SEGMENTS}
    rest = figure("Revenue", "40")
    assert read(spec, [rest, figure("InterestExpense", "-9", **other)]).state is ProposalState.ABSENT
    assert amount(read(spec, [rest, figure("InterestExpense", "9", **other)])) == 9000000


def test_amount_of_another_statement_is_uncertain():
    days = [figure("Assets", "90", day, statement=StatementKind.BALANCE) for day in (DAY, DAY_BEFORE)]
    at_end = figure("CashAndMarketableSecurities", "12", DAY, statement=StatementKind.CASH_FLOW)
    held = replace(at_end, statement=StatementKind.BALANCE)
    assert read(CASH, [*days, at_end]).confidence < 0.7
    assert read(CASH, [*days, at_end, held]).confidence > 0.9

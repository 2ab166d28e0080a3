"""The annual reports of the fictional issuers. Each page has one subject, so that the evidence page is known.

The last five pages describe five contracts in the same words. Only their contract numbers and figures differ.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import IntEnum

from reportlab.platypus import Flowable

from evals.datasets.project.issuers import Agreement, Issuer, Year, agreements_of
from evals.datasets.samples.figures import Line
from evals.datasets.samples.layout import (
    centred,
    gap,
    item,
    money,
    new_page,
    paragraphs,
    render,
    section,
    statement,
    title,
)

MILLIONS = "(in millions)"


class PageOf(IntEnum):
    """The page number of each subject in a report."""

    COVER = 1
    BUSINESS = 2
    RISKS = 3
    RESULTS = 4
    LIQUIDITY = 5
    INCOME = 6
    BALANCE = 7
    CASH_FLOWS = 8
    DEBT = 9
    SEGMENTS = 10
    FIRST_AGREEMENT = 11


def annual_report(issuer: Issuer, year: int, figures: Mapping[int, Year]) -> bytes:
    """Return the report for a fiscal year as PDF. Each run returns the same bytes."""
    now, before = figures[year], figures[year - 1]
    pages: Sequence[list[Flowable]] = (
        _cover(issuer, year),
        _business(issuer),
        _risks(issuer),
        _results(issuer, year, now, before),
        _liquidity(issuer, year),
        _income(year, now, before),
        _balance(year, now, before),
        _cash_flows(year, now, before),
        _debt(issuer, year, now),
        _segments(issuer, year, now, before),
        *(_agreement(number, agreement) for number, agreement in enumerate(agreements_of(issuer), 8)),
    )
    story = [flowable for page in pages for flowable in (*page, new_page())][:-1]
    return render(
        story,
        name=f"{issuer.name} Annual Report {year}",
        subject=f"Annual report for the fiscal year ended December 31, {year}",
        footer=f"{issuer.name} | {year} Form 10-K",
        author=issuer.name,
    )


def _cover(issuer: Issuer, year: int) -> list[Flowable]:
    return [
        centred("<b>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</b>"),
        centred("Washington, D.C. 20549"),
        gap(0.3),
        title("FORM 10-K"),
        centred("ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934"),
        centred(f"For the fiscal year ended December 31, {year}"),
        gap(0.4),
        title(issuer.name.upper()),
        centred("(Exact name of registrant as specified in its charter)"),
        centred(f"Trading symbol: {issuer.ticker}"),
    ]


def _business(issuer: Issuer) -> list[Flowable]:
    first, second = issuer.segments
    return [
        item("Item 1. Business"),
        *paragraphs(
            f"{issuer.name} makes its living from {issuer.trade}. We report two segments, {first} and {second}.",
            f"Our head office is in {issuer.seat}, in a building that we lease.",
            "We compete on price, on service and on the standing of our name. No customer is a tenth of our revenue.",
        ),
        section("People"),
        *paragraphs("Most of those who work for us do so full time. A part of them is represented by unions."),
    ]


def _risks(issuer: Issuer) -> list[Flowable]:
    return [
        item("Item 1A. Risk Factors"),
        *paragraphs(
            f"Demand for {issuer.trade} rises and falls with the economy, and our costs do not follow at once.",
            "Our credit agreement restricts us: a breach of its covenants would let our lenders ask for their money.",
            "Prices of energy and of what we buy may rise faster than we can raise our own.",
        ),
    ]


def _results(issuer: Issuer, year: int, now: Year, before: Year) -> list[Flowable]:
    change = (now.revenue / before.revenue - 1) * 100
    direction = "rose" if change > 0 else "fell"
    return [
        item("Item 7. Management's Discussion and Analysis"),
        section("Results of operations"),
        *paragraphs(
            f"Revenue {direction} by {abs(change):.1f}% in fiscal {year}, mainly on account of "
            f"the {issuer.segments[0]} segment, where volumes moved with demand.",
            "Selling and administrative expenses moved with wages.",
        ),
    ]


def _liquidity(issuer: Issuer, year: int) -> list[Flowable]:
    return [
        section("Liquidity and capital resources"),
        *paragraphs(
            f"We spent more than half of our capital expenditures of fiscal {year} on the {issuer.segments[0]} "
            "segment. We expect to pay for what we plan from what we earn.",
            f"Our auditor is {issuer.auditor}, which has audited our statements for many years.",
        ),
    ]


def _two(label: str, now: Decimal, before: Decimal, *, total: bool = False) -> Line:
    return Line(label, (now, before), is_total=total)


def _columns(year: int) -> tuple[str, str]:
    return str(year), str(year - 1)


def _income(year: int, now: Year, before: Year) -> list[Flowable]:
    lines = (
        _two("Revenue", now.revenue, before.revenue),
        _two("Cost of sales", now.cost, before.cost),
        _two("Gross profit", now.gross_profit, before.gross_profit, total=True),
        _two("Selling, general and administrative expenses", now.selling, before.selling),
        _two("Operating income", now.operating_income, before.operating_income, total=True),
        _two("Interest expense", now.interest, before.interest),
        _two("Income before income taxes", now.pretax, before.pretax, total=True),
        _two("Provision for income taxes", now.tax, before.tax),
        _two("Net income", now.net_income, before.net_income, total=True),
        _two("Weighted average diluted shares", now.shares, before.shares),
    )
    heading = "Consolidated Statements of Income"
    return [section(heading), centred(MILLIONS), statement("Year ended December 31,", _columns(year), lines)]


def _balance(year: int, now: Year, before: Year) -> list[Flowable]:
    lines = (
        _two("Cash and cash equivalents", now.cash, before.cash),
        _two("Accounts receivable, net", now.receivables, before.receivables),
        _two("Inventories", now.inventories, before.inventories),
        _two("Total current assets", now.current_assets, before.current_assets, total=True),
        _two("Property, plant and equipment, net", now.plant, before.plant),
        _two("Total assets", now.assets, before.assets, total=True),
        _two("Accounts payable", now.payables, before.payables),
        _two("Long-term debt", now.debt, before.debt),
        _two("Total liabilities", now.liabilities, before.liabilities, total=True),
        _two("Total stockholders' equity", now.equity, before.equity),
        _two("Total liabilities and stockholders' equity", now.assets, before.assets, total=True),
    )
    heading = "Consolidated Balance Sheets"
    return [section(heading), centred(MILLIONS), statement("As of December 31,", _columns(year), lines)]


def _cash_flows(year: int, now: Year, before: Year) -> list[Flowable]:
    lines = (
        _two("Net income", now.net_income, before.net_income),
        _two("Depreciation and amortization", now.depreciation, before.depreciation),
        _two("Changes in working capital", now.working_capital, before.working_capital),
        _two("Net cash provided by operating activities", now.operating_cash, before.operating_cash, total=True),
        _two("Capital expenditures", -now.capex, -before.capex),
        _two("Net cash used in investing activities", -now.capex, -before.capex, total=True),
        _two("Dividends paid", -now.dividends, -before.dividends),
        _two("Net cash used in financing activities", -now.dividends, -before.dividends, total=True),
    )
    heading = "Consolidated Statements of Cash Flows"
    return [section(heading), centred(MILLIONS), statement("Year ended December 31,", _columns(year), lines)]


def _debt(issuer: Issuer, year: int, now: Year) -> list[Flowable]:
    return [
        section("Note 7. Debt"),
        *paragraphs(
            f"Under our credit agreement our ratio of net debt to EBITDA may not exceed {issuer.covenant} to 1.00 "
            "at the end of a quarter.",
            f"The term loan under the credit agreement is due on {issuer.maturity}. At December 31, {year}, "
            f"${money(now.debt)} million of it was drawn.",
            "We were in compliance with all covenants at the end of the year.",
        ),
    ]


def _segments(issuer: Issuer, year: int, now: Year, before: Year) -> list[Flowable]:
    first, second = issuer.segments
    lines = (
        _two(f"{first} segment revenue", now.first_segment, before.first_segment),
        _two(f"{second} segment revenue", now.second_segment, before.second_segment),
        _two("Total revenue", now.revenue, before.revenue, total=True),
    )
    heading = "Note 12. Segments"
    return [section(heading), centred(MILLIONS), statement("Year ended December 31,", _columns(year), lines)]


def _agreement(number: int, agreement: Agreement) -> list[Flowable]:
    return [
        section(f"Note {number}. Commitments"),
        *paragraphs(
            "We have a long-term agreement with a supplier, under which we take agreed quantities or pay for them. "
            "Prices are reviewed each year against an index that both sides accept.",
            f"Under agreement {agreement.number} we pay ${money(agreement.fee)} million a year. It ends in "
            f"{agreement.ends} and can be ended earlier by either side with two years' notice.",
            "We believe that what we would have to pay if the agreement ended early is not material to our results, to "
            "our cash flows or to our financial position.",
        ),
    ]

"""The annual report of the fictional issuer, in the order of Form 10-K."""

from reportlab.platypus import Flowable

from evals.datasets.samples import statements as s
from evals.datasets.samples.figures import COVERAGE, DILUTED_EPS, DILUTED_SHARES, ISSUER, NET_LEVERAGE, YEARS
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
    text_table,
    title,
)
from evals.datasets.samples.notes import notes

_YEARS = tuple(YEARS)
_IN_MILLIONS = "(US dollars in millions)"


def annual_report() -> bytes:
    """Return the report as PDF. Each run returns the same bytes."""
    story: list[Flowable] = [
        *_cover(),
        *_contents(),
        *_business(),
        *_risk_factors(),
        *_discussion(),
        *_statements(),
        *notes(),
    ]
    return render(
        story,
        name=f"{ISSUER} Annual Report on Form 10-K 2025",
        subject="Annual report for the fiscal year ended December 31, 2025",
        footer=f"{ISSUER} | 2025 Form 10-K",
    )


def _cover() -> list[Flowable]:
    return [
        centred("<b>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</b>"),
        centred("Washington, D.C. 20549"),
        gap(0.3),
        title("FORM 10-K"),
        centred("ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934"),
        centred("For the fiscal year ended December 31, 2025"),
        centred("Commission file number 001-99999"),
        gap(0.5),
        title("TARNWICK PACKAGING CORPORATION"),
        centred("(Exact name of registrant as specified in its charter)"),
        gap(0.3),
        text_table(
            [
                ("Title of each class", "Trading symbol", "Name of exchange"),
                ("Common Stock, par value $0.01", "TWPK", "New York Stock Exchange"),
            ],
            (3.0, 1.5, 2.0),
        ),
        *paragraphs(
            """The registrant is incorporated in the State of Delaware. Its principal executive offices are at
            400 Millrace Road, Harrow Falls, Ohio.""",
            """As of February 13, 2026, there were 140.9 million shares of the registrant's common stock
            outstanding.""",
            """This document was made for showing and testing software. The company, its securities and its
            figures are fictional.""",
        ),
        new_page(),
    ]


def _contents() -> list[Flowable]:
    entries = (
        ("Item", "Title"),
        ("Item 1", "Business"),
        ("Item 1A", "Risk Factors"),
        ("Item 7", "Management's Discussion and Analysis of Financial Condition and Results of Operations"),
        ("Item 8", "Financial Statements and Supplementary Data"),
        ("Note 1", "Summary of Significant Accounting Policies"),
        ("Note 5", "Segment Information"),
        ("Note 8", "Debt"),
        ("Note 11", "Commitments and Contingencies"),
    )
    return [item("TABLE OF CONTENTS"), text_table(entries, (1.2, 5.3)), new_page()]


def _business() -> list[Flowable]:
    return [
        item("ITEM 1. BUSINESS"),
        section("Overview"),
        *paragraphs(
            """Tarnwick Packaging Corporation makes rigid containers, flexible films and specialty closures
            for food, beverage, household and pharmaceutical customers. We operate 46 manufacturing plants in
            14 countries and employed approximately 11,300 people at December 31, 2025.""",
            """We report three segments. Containers makes steel, aluminum and plastic containers. Flexible
            Films makes barrier films and pouches. Specialty Closures makes dispensing systems and
            child-resistant closures. No customer accounted for more than 9% of our net sales in 2025.""",
        ),
        section("Raw materials"),
        *paragraphs(
            """Our principal raw materials are steel, aluminum and polyethylene and polypropylene resin. About
            68% of our sales are made under contracts that pass changes in the price of raw materials through
            to the customer, typically with a lag of one quarter.""",
            """We buy resin from seven suppliers and metal from five. We believe that supply will be adequate
            for our needs in 2026.""",
        ),
        section("Seasonality"),
        *paragraphs(
            """Sales of food containers are highest in the third quarter, when fruit and vegetables are
            packed. Our need for working capital is therefore highest at the end of the second quarter.""",
        ),
        section("Human capital"),
        *paragraphs(
            """Approximately 41% of our employees are represented by labor unions. Agreements covering about
            1,900 employees expire during 2026. Our recordable injury rate was 0.86 per 200,000 hours worked
            in 2025.""",
        ),
        new_page(),
    ]


def _risk_factors() -> list[Flowable]:
    return [
        item("ITEM 1A. RISK FACTORS"),
        section("Our indebtedness could limit our flexibility"),
        *paragraphs(
            """At December 31, 2025 the principal amount of our debt was $2,137.3 million. Our debt requires
            us to dedicate a part of our cash flow to interest and principal, limits our ability to borrow
            more and may put us at a disadvantage to competitors that have less debt.""",
            """Borrowings under our credit agreement bear interest at variable rates. An increase of one
            percentage point would raise our annual interest expense by $5.8 million at the amounts
            outstanding at December 31, 2025.""",
        ),
        section("Prices of raw materials may rise faster than we can recover them"),
        *paragraphs(
            """The prices of steel, aluminum and resin move with world markets and trade policy. Where
            contracts do not pass changes through, or do so with a lag, a rapid increase reduces our
            margins.""",
        ),
        section("We depend on continuous operation of our plants"),
        *paragraphs(
            """A fire, flood, cyber attack or labor dispute at one of our plants could interrupt deliveries.
            Our Harrow Falls plant made 11% of the containers that we sold in 2025.""",
        ),
        section("Consumer preferences and regulation of packaging change"),
        *paragraphs(
            """Laws on recycled content and extended producer responsibility are spreading. We expect to
            invest about $60 million through 2028 so that all our films can be recycled.""",
        ),
        new_page(),
    ]


def _discussion() -> list[Flowable]:
    return [
        item("ITEM 7. MANAGEMENT'S DISCUSSION AND ANALYSIS"),
        section("Results of operations: 2025 compared with 2024"),
        *paragraphs(
            """Net sales were $3,614.0 million in 2025, an increase of 4.5% from $3,459.4 million in 2024.
            Higher volumes added 2.8 percentage points, prices 1.1 and an acquisition 0.9, while currency took
            away 0.3.""",
            """Gross profit was $1,025.7 million, or 28.4% of net sales, against $947.6 million, or 27.4%, in
            2024. The increase reflects productivity and the mix of products in Specialty Closures.""",
            """Operating income rose to $522.8 million from $452.5 million. Restructuring charges were $22.6
            million in 2025, mostly for the closing of two film plants, and $31.7 million in 2024.""",
            """Interest expense was $118.7 million against $124.3 million. The effective tax rate was 23.0% in
            2025 and 23.5% in 2024. Net income was $315.9 million, or $2.22 per diluted share.""",
        ),
        statement(_IN_MILLIONS, _YEARS, s.segment_sales()),
        section("Segment operating income"),
        statement(_IN_MILLIONS, _YEARS, s.segment_income()),
        new_page(),
        section("Liquidity and capital resources"),
        *paragraphs(
            """Net cash provided by operating activities was $487.6 million in 2025 and $485.4 million in
            2024. Capital expenditures were $176.2 million; we expect $180 million to $190 million in
            2026.""",
            """In May 2025 we issued $500.0 million of 6.125% Senior Notes due 2033 and used the proceeds to
            redeem all $400.0 million of our 5.875% Senior Notes due 2026 and to repay borrowings under the
            revolving credit facility. At December 31, 2025 we had $306.2 million of cash and $588.4 million
            available under the $600.0 million revolving credit facility, after $11.6 million of letters of
            credit.""",
            """The board of directors declared dividends of $0.69 per share in 2025. We bought back common
            stock for $75.0 million; $225.0 million remains under the authorization of 2024.""",
        ),
        section("Adjusted EBITDA"),
        *paragraphs(
            """Adjusted EBITDA is the measure by which the covenants of our credit agreement are tested. It is
            not a measure under generally accepted accounting principles.""",
        ),
        statement(_IN_MILLIONS, _YEARS, s.adjusted_ebitda()),
        section("Covenants"),
        *paragraphs(
            f"""The credit agreement permits a net leverage ratio of at most 4.00 to 1.00 and requires an interest
            coverage ratio of at least 3.00 to 1.00, each tested at the end of every quarter. At December 31,
            2025 the net leverage ratio was {NET_LEVERAGE} to 1.00 and the interest coverage ratio was
            {COVERAGE} to 1.00. We were in compliance with all covenants.""",
        ),
        new_page(),
    ]


def _statements() -> list[Flowable]:
    shares = [money(value) for value in DILUTED_SHARES]
    per_share = [f"$ {value}" for value in DILUTED_EPS]
    return [
        item("ITEM 8. FINANCIAL STATEMENTS AND SUPPLEMENTARY DATA"),
        section("CONSOLIDATED STATEMENTS OF INCOME"),
        centred("Years ended December 31, (US dollars in millions, except per share amounts)"),
        statement(_IN_MILLIONS, _YEARS, s.income_statement()),
        text_table(
            [
                ("Per share", *_YEARS),
                ("Diluted weighted average shares (millions)", *shares),
                ("Diluted earnings per share", *per_share),
            ],
            (3.35, 1.05, 1.05, 1.05),
        ),
        new_page(),
        section("CONSOLIDATED BALANCE SHEETS"),
        centred("As of December 31, (US dollars in millions)"),
        statement(_IN_MILLIONS, _YEARS[:2], s.balance_sheet()),
        new_page(),
        section("CONSOLIDATED STATEMENTS OF CASH FLOWS"),
        centred("Years ended December 31, (US dollars in millions)"),
        statement(_IN_MILLIONS, _YEARS, s.cash_flow_statement()),
        new_page(),
    ]

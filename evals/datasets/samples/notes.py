"""The notes to the annual report's statements: policies, segments, debt and its maturities, commitments."""

from reportlab.platypus import Flowable

from evals.datasets.samples import statements as s
from evals.datasets.samples.figures import YEARS
from evals.datasets.samples.layout import item, new_page, paragraphs, section, statement

_IN_MILLIONS = "(US dollars in millions)"


def notes() -> list[Flowable]:
    return [*_policies(), *_segments(), *_debt(), *_commitments()]


def _policies() -> list[Flowable]:
    return [
        item("NOTE 1. SUMMARY OF SIGNIFICANT ACCOUNTING POLICIES"),
        section("Revenue"),
        *paragraphs(
            """Revenue is recognized when control of the goods passes to the customer, generally on shipment.
            Volume rebates are estimated and taken off revenue as sales are made. Invoices are typically due
            in 45 days.""",
        ),
        section("Inventories"),
        *paragraphs(
            """Inventories are carried at the lower of cost, determined first-in first-out, and net realizable
            value.""",
        ),
        section("Property, plant and equipment"),
        *paragraphs(
            """Depreciation is computed on a straight-line basis over 35 years for buildings and 3 to 18 years
            for machinery and equipment.""",
        ),
        section("Goodwill"),
        *paragraphs(
            """Goodwill is tested for impairment in the fourth quarter of each year. No impairment was found
            in 2025, 2024 or 2023. Goodwill rose by $43.5 million in 2025, of which $38.9 million came from
            the acquisition of a maker of dispensing pumps and the rest from currency.""",
        ),
        new_page(),
    ]


def _segments() -> list[Flowable]:
    return [
        item("NOTE 5. SEGMENT INFORMATION"),
        *paragraphs(
            """The chief operating decision maker judges the segments by their operating income before
            corporate expenses and restructuring charges.""",
        ),
        section("Net sales by segment"),
        statement(_IN_MILLIONS, YEARS, s.segment_sales()),
        section("Operating income by segment"),
        statement(_IN_MILLIONS, YEARS, s.segment_income()),
        new_page(),
    ]


def _debt() -> list[Flowable]:
    return [
        item("NOTE 8. DEBT"),
        *paragraphs("Debt consisted of the following at December 31:"),
        statement(_IN_MILLIONS, YEARS[:2], s.debt_schedule()),
        section("Maturities"),
        *paragraphs("The principal amount of debt outstanding at December 31, 2025 matures as follows:"),
        statement("Year of maturity (US dollars in millions)", ("Principal",), s.maturities()),
        new_page(),
        section("Credit agreement"),
        *paragraphs(
            """The credit agreement, last amended on May 14, 2024, provides for a Term Loan A and a revolving
            credit facility of $600.0 million, both of which mature on May 14, 2029. Loans bear interest at
            Term SOFR plus a margin of 1.250% to 2.000%, which depends on the net leverage ratio; the margin
            was 1.500% at December 31, 2025. Unused commitments bear a fee of 0.200% to 0.350%.""",
            """The Term Loan A is repaid in quarterly installments of $12.5 million, with the rest due at
            maturity.""",
            """The credit agreement permits a net leverage ratio of at most 4.00 to 1.00, which rises to 4.50
            to 1.00 for the four quarters after a material acquisition, and requires an interest coverage
            ratio of at least 3.00 to 1.00. It limits liens, debt of subsidiaries, mergers and sales of
            assets.""",
        ),
        section("Senior notes"),
        *paragraphs(
            """The 4.625% Senior Notes due 2028 pay interest on June 1 and December 1, the 5.250% Senior Notes
            due 2030 on April 15 and October 15, and the 6.125% Senior Notes due 2033 on May 15 and November
            15. All are unsecured, rank equally with our other senior debt and are guaranteed by our domestic
            subsidiaries that guarantee the credit agreement.""",
            """On a change of control together with a downgrade below investment grade, holders may require us
            to buy the notes at 101% of their principal amount plus accrued interest.""",
            """The loss on extinguishment of the 5.875% Senior Notes due 2026 was $3.4 million and is part of
            interest expense.""",
        ),
        new_page(),
    ]


def _commitments() -> list[Flowable]:
    return [
        item("NOTE 11. COMMITMENTS AND CONTINGENCIES"),
        section("Purchase commitments"),
        *paragraphs(
            """At December 31, 2025 we were committed to buy raw materials for $214.7 million in 2026 and
            $96.2 million in 2027. Commitments for capital expenditures were $41.8 million.""",
        ),
        section("Environmental matters"),
        *paragraphs(
            """Accrued liabilities include $17.9 million for the remediation of four former plants. We believe
            that costs above the amounts accrued would not be material.""",
        ),
        section("Legal proceedings"),
        *paragraphs(
            """We are a defendant in lawsuits that arise in the ordinary course of business. In our opinion
            none of them will have a material effect on our financial position.""",
        ),
        section("Subsequent event"),
        *paragraphs(
            """On February 20, 2026 the board of directors authorized the issue of up to $400.0 million of
            senior notes, the proceeds of which are to repay a part of the Term Loan A.""",
        ),
    ]

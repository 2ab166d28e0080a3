"""The notes offering of the fictional issuer, as a prospectus supplement."""

from reportlab.platypus import Flowable

from evals.datasets.samples import statements as s
from evals.datasets.samples.figures import ISSUER, REDEMPTION_PRICES
from evals.datasets.samples.layout import (
    centred,
    gap,
    item,
    new_page,
    paragraphs,
    render,
    section,
    statement,
    text_table,
    title,
)


def notes_offering() -> bytes:
    """Return the offering as PDF. Each run returns the same bytes."""
    story: list[Flowable] = [
        *_cover(),
        *_summary(),
        *_money(),
        *_description(),
        *_covenants(),
        *_defaults(),
    ]
    return render(
        story,
        name=f"{ISSUER} Prospectus Supplement 5.750% Senior Notes due 2034",
        subject="Prospectus supplement dated March 3, 2026",
        footer=f"{ISSUER} | 5.750% Senior Notes due 2034",
    )


def _cover() -> list[Flowable]:
    return [
        centred("<b>PROSPECTUS SUPPLEMENT</b>"),
        centred("(To Prospectus dated September 12, 2025)"),
        centred("Filed pursuant to Rule 424(b)(2)"),
        gap(0.4),
        title("$400,000,000"),
        title("TARNWICK PACKAGING CORPORATION"),
        title("5.750% Senior Notes due 2034"),
        gap(0.2),
        *paragraphs(
            """We are offering $400,000,000 aggregate principal amount of our 5.750% Senior Notes due 2034.
            The notes will mature on March 15, 2034. We will pay interest on March 15 and September 15 of each
            year, beginning on September 15, 2026.""",
            """The notes will be our senior unsecured obligations and will be guaranteed by our domestic
            subsidiaries that guarantee our credit agreement.""",
        ),
        text_table(
            [
                ("", "Per note", "Total"),
                ("Public offering price", "99.250%", "$397,000,000"),
                ("Underwriting discount", "1.000%", "$4,000,000"),
                ("Proceeds, before expenses, to us", "98.250%", "$393,000,000"),
            ],
            (3.3, 1.6, 1.6),
        ),
        centred("The date of this prospectus supplement is March 3, 2026."),
        *paragraphs(
            """This document was made for showing and testing software. The company, its securities and its
            figures are fictional.""",
        ),
        new_page(),
    ]


def _summary() -> list[Flowable]:
    return [
        item("THE OFFERING"),
        text_table(
            [
                ("Term", "Summary"),
                ("Issuer", "Tarnwick Packaging Corporation, a Delaware corporation."),
                ("Notes offered", "$400,000,000 aggregate principal amount of 5.750% Senior Notes due 2034."),
                ("Maturity date", "March 15, 2034."),
                ("Interest payment dates", "March 15 and September 15, beginning September 15, 2026."),
                ("Guarantees", "Domestic subsidiaries that guarantee the credit agreement."),
                (
                    "Ranking",
                    "Senior unsecured; equal with existing senior notes; behind secured debt to the value of its "
                    "collateral.",
                ),
                (
                    "Optional redemption",
                    "Before March 15, 2029 at a make-whole price; afterwards at the prices set out under "
                    "Description of the Notes.",
                ),
                ("Change of control", "Holders may require repurchase at 101% of principal plus accrued interest."),
                ("Denominations", "$2,000 and multiples of $1,000 above it."),
                ("Trustee", "Brackwater Trust Company, N.A."),
                ("Governing law", "The State of New York."),
            ],
            (1.7, 4.8),
        ),
        new_page(),
    ]


def _money() -> list[Flowable]:
    return [
        item("USE OF PROCEEDS"),
        *paragraphs(
            """We estimate that the net proceeds of this offering will be $391.5 million, after the
            underwriting discount and our expenses. We intend to use $375.0 million of the net proceeds to
            repay a part of the Term Loan A under our credit agreement and the rest for general corporate
            purposes.""",
        ),
        statement("(US dollars in millions)", ("Amount",), s.proceeds()),
        item("CAPITALIZATION"),
        *paragraphs(
            """The following table shows our cash and our capitalization at December 31, 2025, actual and as
            adjusted for this offering and the use of its proceeds.""",
        ),
        statement("(US dollars in millions)", ("Actual", "As adjusted"), s.capitalisation()),
        new_page(),
    ]


def _description() -> list[Flowable]:
    prices = [("If redeemed in the twelve months beginning March 15", "Redemption price"), *REDEMPTION_PRICES]
    return [
        item("DESCRIPTION OF THE NOTES"),
        section("Principal, maturity and interest"),
        *paragraphs(
            """The notes will bear interest at the rate of 5.750% per annum from March 10, 2026, computed on
            the basis of a 360-day year of twelve 30-day months. Interest is paid to the holders of record on
            the March 1 and September 1 before each payment date.""",
            """We may issue further notes under the indenture; they form one series with the notes.""",
        ),
        section("Optional redemption"),
        *paragraphs(
            """Before March 15, 2029 we may redeem the notes, in whole or in part, at 100% of their principal
            amount plus a make-whole premium computed at the treasury rate plus 50 basis points.""",
            """Before March 15, 2029 we may also redeem up to 40% of the notes with the proceeds of equity
            offerings at 105.750% of their principal amount, provided that at least 50% of the notes remain
            outstanding.""",
            """On and after March 15, 2029 we may redeem the notes, in whole or in part, at the prices below,
            as percentages of the principal amount, plus accrued and unpaid interest:""",
        ),
        text_table(prices, (4.5, 2.0)),
        section("Change of control"),
        *paragraphs(
            """On a change of control triggering event each holder may require us to repurchase the notes at
            101% of their principal amount plus accrued and unpaid interest. A triggering event is a change of
            control together with a downgrade of the notes by two rating agencies within 60 days.""",
        ),
        new_page(),
    ]


def _covenants() -> list[Flowable]:
    return [
        item("CERTAIN COVENANTS"),
        section("Limitation on debt"),
        *paragraphs(
            """We and our restricted subsidiaries may incur debt only if the fixed charge coverage ratio,
            after the incurrence, is at least 2.00 to 1.00. Credit facilities of up to the greater of $1,400.0
            million and 175% of consolidated EBITDA are permitted whatever the ratio.""",
        ),
        section("Limitation on restricted payments"),
        *paragraphs(
            """Dividends, repurchases of stock and restricted investments are limited to 50% of consolidated
            net income accumulated since January 1, 2026, plus proceeds of equity, plus a general basket of
            the greater of $200.0 million and 25% of consolidated EBITDA. No limit applies while the net
            leverage ratio is at most 3.25 to 1.00.""",
        ),
        section("Limitation on liens"),
        *paragraphs(
            """We may not secure debt unless the notes are secured equally, except for permitted liens, which
            include liens for credit facilities up to a secured leverage ratio of 2.75 to 1.00.""",
        ),
        section("Sales of assets"),
        *paragraphs(
            """At least 75% of the consideration must be cash. Net proceeds above $50.0 million that are not
            reinvested within 365 days must be offered to holders at 100% of principal.""",
        ),
        section("Suspension of covenants"),
        *paragraphs(
            """While the notes are rated investment grade by two rating agencies and no default continues, the
            limitations on debt, restricted payments and sales of assets are suspended.""",
        ),
        new_page(),
    ]


def _defaults() -> list[Flowable]:
    return [
        item("EVENTS OF DEFAULT"),
        *paragraphs(
            "Each of the following is an event of default under the indenture:",
            "(1) failure to pay interest on the notes for 30 days after it is due;",
            "(2) failure to pay principal or premium when it is due;",
            "(3) breach of another covenant for 60 days after notice by the trustee or holders of 30% of the notes;",
            """(4) acceleration of, or failure to pay at maturity, other debt of at least $75.0 million (the
            cross-default threshold);""",
            "(5) failure to pay final judgments of more than $75.0 million for 60 days; and",
            "(6) bankruptcy or insolvency of the issuer or a significant subsidiary.",
            """If an event of default other than bankruptcy continues, the trustee or holders of at least 30%
            of the principal amount may declare the notes due at once.""",
        ),
        item("UNDERWRITING"),
        text_table(
            [
                ("Underwriter", "Principal amount of notes"),
                ("Kestrel Lane Securities LLC", "$180,000,000"),
                ("Oldmoor Capital Markets Inc.", "$140,000,000"),
                ("Pell &amp; Strand Securities LLC", "$80,000,000"),
                ("Total", "$400,000,000"),
            ],
            (4.0, 2.5),
        ),
    ]

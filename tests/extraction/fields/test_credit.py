import pytest

from app.review.proposals import ProposalState
from app.review.value_texts import print_value
from evals.datasets.agreements.making import CREDIT, draw_made, layouts
from evals.scoring.field_values import judge_value
from tests.extraction.fields.agreements import read_made, read_texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("agreements")


@pytest.mark.parametrize("layout", layouts(CREDIT))
def test_fields_of_made_agreement_are_right(folder, layout):
    made = draw_made(CREDIT, layout, 5)
    read = read_made(CREDIT, layout, 5, folder)
    wrong = {
        key: (truth and print_value(truth), read[key].value and print_value(read[key].value))
        for key, truth in made.truth.items()
        if not judge_value(
            truth, None if read[key].state is ProposalState.ABSENT and truth is None else read[key].value
        ).is_right
    }
    assert not wrong


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        (
            "title",
            "AMENDMENT NO. 2\nTO\nCREDIT AGREEMENT\n\nThis Amendment is made as of May 5, 2031.",
            "Amendment No. 2 to Credit Agreement",
        ),
        (
            "agreement_date",
            (
                "THIS AMENDMENT NO. 1 TO THE CREDIT AGREEMENT DATED AS OF MARCH 2, 2028 (this “Amendment”) is entered "
                "into as of May 5, 2031, among A and B."
            ),
            "2031-05-05",
        ),
        (
            "maturity_dates",
            "“Closing Date” means May 5, 2031.\n\n“Maturity Date” means the fifth anniversary of the Closing Date.",
            "— | 2036-05-05",
        ),
        (
            "maturity_dates",
            (
                "“Revolving Maturity Date” means the earliest of (i) May 5, 2036, and (ii) the date on which the "
                "Commitments end."
            ),
            "Revolving Facility | 2036-05-05",
        ),
        (
            "interest_margin",
            (
                "“Applicable Margin” means (a) with respect to Revolving Loans, (i) 2.00% in the case of SOFR "
                "Loans and "
                "(ii) 1.00% in the case of Base Rate Loans; provided that it increases by 3.00% on default."
            ),
            "— | — | Revolving Loans: SOFR Loans | 2%; — | — | Revolving Loans: Base Rate Loans | 1%",
        ),
        ("interest_margin", "“Margin” means 2.25 per cent. per annum.", "— | — | — | 2.25%"),
        (
            "benchmark_floor",
            "“EURIBOR” means the screen rate; if any such rate is below zero, EURIBOR shall be deemed to be zero.",
            "EURIBOR | 0%",
        ),
        ("letter_of_credit_sublimit", "“L/C Commitment”: $12,500,000, as reduced.", "USD 12,500,000"),
        (
            "swingline_sublimit",
            (
                "The Swing Line Lender may make Swing Line Loans, so long as the aggregate principal amount of "
                "outstanding Swing Line Loans does not exceed 10% of the Commitments."
            ),
            "10%",
        ),
        (
            "incremental_facility",
            "The total amount of the Incremental Commitments under Section 2.14 shall be limited to $75,000,000.",
            "fixed amount | USD 75,000,000 | — | —",
        ),
        (
            "governing_law",
            (
                "This Agreement is governed by English law.\nLetters of credit are governed by the laws of the "
                "State of "
                "Texas."
            ),
            "England and Wales",
        ),
    ],
)
def test_wordings_are_read(key, text, value):
    assert print_value(read_texts(CREDIT, key, text).value) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("maturity_dates", "“Senior Notes Maturity Date” means May 5, 2036."),
        (
            "facilities",
            "The Borrower may incur other Indebtedness in an aggregate principal amount not exceeding $50,000,000.",
        ),
        (
            "financial_covenants",
            (
                "7.02 Permitted Acquisitions. The Total Leverage Ratio shall not exceed 3.00 to 1.00 on a pro forma "
                "basis."
            ),
        ),
        ("swingline_sublimit", "Each borrowing shall be in a minimum amount of $1,000,000."),
        ("commitment_fee", "Overdue amounts bear interest at a rate of 2.00% per annum."),
    ],
)
def test_other_terms_are_not_taken_for_the_field(key, text):
    read = read_texts(CREDIT, key, text)
    assert (read.state, read.value) == (ProposalState.ABSENT, None)
    assert read.search is not None
    assert read.search.pages == (1,)


AMENDMENT = (
    "FIRST AMENDMENT TO CREDIT AGREEMENT\n\nThis FIRST AMENDMENT TO CREDIT AGREEMENT (this “Amendment”) is dated "
    "as of May 1, 2033.\n\n"
    "1. The definition of “Maturity Date” in Section 1.01 of the Credit Agreement is hereby amended by replacing "
    "“June 30, 2034” with"
    " “June 30, 2036”."
)
AGREEMENT = (
    "CREDIT AGREEMENT dated as of June 3, 2031 (this “Agreement”).\n\n“Maturity Date” means June 30, 2034.\n\nIN "
    "WITNESS WHEREOF"
)


@pytest.mark.parametrize(
    "texts", [(AGREEMENT, AMENDMENT), (AMENDMENT, AGREEMENT)], ids=["amendment last", "amendment first"]
)
def test_amended_date_prevails_and_the_original_is_an_alternative(texts):
    read = read_texts(CREDIT, "maturity_dates", *texts)
    assert print_value(read.value) == "— | 2036-06-30"
    assert [print_value(each.value) for each in read.alternatives] == ["— | 2034-06-30"]
    page = texts.index(AMENDMENT) + 1
    assert [quote.page for quote in read.evidence] == [page]


STYLES = {
    "italic terms, sections with signs": (
        "“A” means A.\n\nApplicable Margin. On any date, 1.55% in the case of SOFR Loans and 0.55% in the case "
        "of Base Rate Loans.\n\n"
        "Maturity Date. October 9, 2032, as such date may be extended.\n\nTotal Commitment. The sum of the "
        "Commitments. As of the date of"
        " this Agreement, the Total Commitment is Seven Hundred Fifty Million and No/100 Dollars ($750,000,000.00).\n\n"
        "§9. FINANCIAL COVENANTS.\n\n§9.1 Maximum Leverage. The Borrower will not permit the ratio of "
        "Consolidated Total Indebtedness to"
        " Gross Asset Value to exceed sixty percent (60%).\n\n§21. GOVERNING LAW. California law governs this "
        "Agreement.",
        {
            "facilities": "Credit Facility | USD 750,000,000",
            "maturity_dates": "Credit Facility | 2032-10-09",
            "interest_margin": "— | — | SOFR Loans | 1.55%; — | — | Base Rate Loans | 0.55%",
            "financial_covenants": "Leverage | maximum | 60% | — | —",
            "governing_law": "California",
        },
    ),
    "terms counted from other dates": (
        "THIS AGREEMENT is dated 4 June 2030 and made between:\n\n“Termination Date” means:\n(a) in relation to "
        "Facility A, the date which"
        " is 60 months after the date of this Agreement;\n(b) in relation to Facility B, 4 June 2036.\n\n“Total "
        "Facility A Commitments”"
        " means the aggregate of the Facility A Commitments, being £120,000,000 at the date of this "
        "Agreement.\n\n22.2 Financial condition"
        "\n\n(a) Cashflow Cover: Cashflow Cover in respect of any Relevant Period shall not be less than 1.10:1;",
        {
            "facilities": "Facility A | GBP 120,000,000",
            "maturity_dates": ("Facility A | 2035-06-04; Facility B | 2036-06-04"),
            "financial_covenants": "Cashflow Cover | minimum | 1.1x | — | in respect of any Relevant Period",
        },
    ),
    "loans named after their amounts": (
        "the Lenders agree to make term loans in an aggregate principal amount of Thirty Million Dollars "
        "($30,000,000.00) (the “Term A"
        " Loans”).\n\n“Basic Rate” is the sum of (a) the 1-Month CME Term SOFR and (b) 5.25%.\n\n6.9 Minimum "
        "Cash. Borrower shall maintain"
        " unrestricted cash of not less than $5,000,000 at all times.",
        {
            "facilities": "Term A Loans | USD 30,000,000",
            "interest_margin": "— | — | — | 5.25%",
            "financial_covenants": "Cash | minimum | USD 5,000,000 | — | at all times",
        },
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_house_styles_are_read(style):
    text, values = STYLES[style]
    assert {key: print_value(read_texts(CREDIT, key, text).value) for key in values} == values


@pytest.mark.parametrize(
    ("key", "term", "row"),
    [
        ("facilities", "Revolving Commitment", "Revolving Facility | "),
        ("letter_of_credit_sublimit", "L/C Commitment", ""),
    ],
)
def test_amended_amount_prevails_and_the_original_is_an_alternative(key, term, row):
    agreement = (
        f"CREDIT AGREEMENT dated as of June 3, 2031 (this “Agreement”).\n\n“{term}” means $40,000,000.\n\nIN "
        f"WITNESS WHEREOF"
    )
    read = read_texts(
        CREDIT,
        key,
        agreement,
        AMENDMENT.replace("Maturity Date", term)
        .replace("June 30, 2034", "$40,000,000")
        .replace("June 30, 2036", "$65,000,000"),
    )
    assert print_value(read.value) == f"{row}USD 65,000,000"
    assert [(print_value(each.value), each.reason) for each in read.alternatives] == [
        (f"{row}USD 40,000,000", "before the amendment")
    ]
    assert [quote.page for quote in read.evidence] == [2]


def test_amendment_of_several_terms_names_each():
    read = read_texts(
        CREDIT,
        "amended_terms",
        "SECOND AMENDMENT, dated as of June 12, 2031 (this “Amendment”), to the Credit Agreement.\n\n"
        "SECTION 1. Amendments. (a) The following definitions in Section 1.01 are hereby amended and restated to "
        "read as follows:\n\n"
        "“Margin” means 2.75% per annum.\n\n“Termination Date” means April 2, 2034.\n\n"
        "(b) Section 6.4(b) is hereby amended by deleting “$10,000,000” and replacing it with “$20,000,000”.",
    )
    assert print_value(read.value).split("; ") == [
        'Margin | — | "Margin" means 2.75% per annum | —',
        'Termination Date | — | "Termination Date" means April 2, 2034 | —',
        "6.4(b) | $10,000,000 | $20,000,000 | —",
    ]


def test_borrowers_that_nobody_names_are_unread():
    read = read_texts(CREDIT, "borrowers", "This document names nobody.")
    assert (read.state, read.value, read.confidence) == (ProposalState.UNREAD, None, 0.0)


def test_value_over_a_page_end_has_a_quote_on_each_page():
    read = read_texts(
        CREDIT,
        "maturity_dates",
        "“Maturity Date” means\n\n12",
        "the earlier of May 5, 2036 and the end of the Commitments.",
    )
    assert [quote.page for quote in read.evidence] == [1, 2]


def test_change_of_control_that_only_prepays_is_no_default():
    text = (
        "9. EVENTS OF DEFAULT\n(a) Non-payment. The Borrower does not pay.\n10. CHANGE OF CONTROL\nUpon a Change of "
        "Control the Loans shall be prepaid."
    )
    read = read_texts(CREDIT, "change_of_control_default", text)
    assert (read.state, print_value(read.value)) == (ProposalState.ABSENT, "No")

import pytest

from app.review.proposals import ProposalState
from app.review.value_texts import print_value
from evals.datasets.agreements.making import OFFERING, draw_made, layouts
from evals.scoring.field_values import judge_value
from tests.extraction.fields.agreements import read_made, read_texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("offerings")


@pytest.mark.parametrize("layout", layouts(OFFERING))
def test_fields_of_made_offering_are_right(folder, layout):
    made = draw_made(OFFERING, layout, 5)
    read = read_made(OFFERING, layout, 5, folder)
    wrong = {
        key: (truth and print_value(truth), read[key].value and print_value(read[key].value))
        for key, truth in made.truth.items()
        if not judge_value(truth, read[key].value).is_right
    }
    assert not wrong


COVER = "$500,000,000\n\nLARCHWAY FOODS, INC.\n\n6.250% Senior Notes due 2033\n\n"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("amount", COVER, "USD 500,000,000"),
        ("coupon", COVER, "6.25%"),
        ("issuer", COVER, "Larchway Foods, Inc., issuer"),
        (
            "maturity_date",
            COVER + "The Notes will mature on June 15, 2033. Our 5% Senior Notes due 2028 mature on May 1, 2028.",
            "2033-06-15",
        ),
        (
            "notes",
            COVER + "We will redeem all of our outstanding 5.000% Senior Notes due 2028 with the proceeds.",
            "6.250% Senior Notes due 2033",
        ),
        ("issue_price", COVER + "Issue price: 99.375% plus accrued interest.", "99.375%"),
        (
            "call_schedule",
            COVER
            + (
                "On or after June 15, 2029 the Notes may be redeemed at the following redemption prices: 103.125% if "
                "redeemed during the twelve months beginning June 15, 2029, 101.563% for 2030 and 100.000% for 2031."
            ),
            "2029-06-15 | 103.125%; 2030-06-15 | 101.563%; 2031-06-15 | 100%",
        ),
        ("make_whole_spread", COVER + "discounted at the Treasury Rate plus 50 basis points", "50 bps"),
        (
            "change_of_control",
            "Upon the occurrence of a Change of Control, each holder may require the Issuer to repurchase all of "
            "its Notes at 101% of their principal amount.",
            "101%",
        ),
        (
            "equity_claw",
            "Prior to June 15, 2029, the Issuer may redeem up to 40% of the Notes with the proceeds of Equity "
            "Offerings at a redemption price of 106.250%.",
            "40% | 106.25% | 2029-06-15",
        ),
        ("ranking", COVER + "The Notes will be our general unsecured senior obligations.", "senior unsecured"),
        (
            "baskets",
            "CERTAIN COVENANTS\n\nLimitation on Indebtedness\n\n(1) Credit Facilities not to exceed the greater of "
            "(x) $200.0 million and (y) 75% of Consolidated EBITDA at any time outstanding;\n\nEVENTS OF DEFAULT",
            "Limitation on Indebtedness | Credit Facilities | USD 200,000,000 | 75% | Consolidated EBITDA | —",
        ),
        (
            "interest_payment_dates",
            "Interest will be payable semi-annually on March 15 and September 15 of each year.",
            "March 15 and September 15",
        ),
    ],
)
def test_wordings_are_read(key, text, value):
    assert print_value(read_texts(OFFERING, key, text).value) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("notes", "We refinanced our 5.000% Senior Notes due 2028."),
        ("guarantors", "The notes are not deposits and are not insured or guaranteed by any agency."),
        ("equity_claw", "The Issuer may redeem up to 10% of the Notes in each year at 103% of principal."),
        ("issue_price", "The underwriters sell at prices from time to time, at 12% below the market."),
    ],
)
def test_other_terms_are_not_taken_for_the_field(key, text):
    read = read_texts(OFFERING, key, text)
    assert (read.state, read.value) == (ProposalState.ABSENT, None)

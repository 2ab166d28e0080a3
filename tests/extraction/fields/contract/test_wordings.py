"""Single wordings of a contract's terms, each read as a lawyer would."""

import pytest

from app.review.schemas.definition import shipped_schema
from app.review.value_texts import print_value
from tests.extraction.fields.contract.test_made_contracts import document_of, read

OPENING = (
    'This Agreement is made and entered into as of March 1, 2030 (the "Effective Date") by and '
    'between Acme Inc. ("Acme")'
    ' and Bolt LLC ("Bolt").\n\nRECITALS\n\n'
)


def values(text, *keys):
    proposals = read(document_of(text), *keys)
    return tuple(None if proposals[key].value is None else print_value(proposals[key].value) for key in keys)


@pytest.mark.parametrize(
    ("opening", "parties", "day"),
    [
        (
            'This Agreement ("Agreement") dated this 1st day of October, 2030 is by and between Alder Creek Bank, a '
            'national bank ("Bank"), and Fenwick Data Corp., with offices at 5 Elm St., Albany, N.Y. ("Vendor").',
            'Alder Creek Bank ("Bank"); Fenwick Data Corp. ("Vendor"), vendor',
            "2030-10-01",
        ),
        (
            "Agreement made as of February 10, 2027, between Thornbury & Sons, a partnership, and Maria Delgado.",
            "Thornbury & Sons; Maria Delgado",
            "2027-02-10",
        ),
        (
            "JOINT VENTURE AGREEMENT\n\nThis Agreement is entered into on 2027-03-04 between:\n\n(1) "
            "Nordhavn Shipping A/S,"
            ' a company incorporated in Denmark ("Nordhavn");\n\n(2) Pacific Rim Lines Pte. Ltd., a '
            "company incorporated in"
            ' Singapore ("PRL"); and\n\n(3) Cape Tern Holdings Ltd ("Cape").',
            'Nordhavn Shipping A/S ("Nordhavn"); Pacific Rim Lines Pte. Ltd. ("PRL"); Cape Tern Holdings Ltd ("Cape")',
            "2027-03-04",
        ),
        (
            'RESELLER AGREEMENT\n\nParties: Quince Software Inc. ("Quince") and Ardent LLC ("Ardent")\n\n'
            "Dated: June 5, 2030",
            'Quince Software Inc. ("Quince"); Ardent LLC ("Ardent")',
            "2030-06-05",
        ),
        (
            "SUPPLY AGREEMENT\n\nThis Supply Agreement is made as of May 2, 2031 by and between Elm Foods, Inc., an "
            'Ohio corporation, Oak Dairy Corp., a Utah corporation (collectively, "Packers") on the one hand, and Bar '
            'Company, a Maine corporation ("Bar"), on the other hand.',
            'Elm Foods, Inc.; Oak Dairy Corp.; Bar Company ("Bar")',
            "2031-05-02",
        ),
        (
            'This Agreement, dated June 5, 2030, is between Finch Cola Co., 4 Dock Street [TEL: 000] ["Supplier"] and '
            'Finch Cola of Erie LLC ["Distributor"].',
            'Finch Cola Co. ("Supplier"), supplier; Finch Cola of Erie LLC ("Distributor"), distributor',
            "2030-06-05",
        ),
        (
            'RENEWAL OF LEASE\n\nLena Marsh ("Tenant") and Wick Homes, Inc. ("Owner") are parties to a Lease dated '
            "May 1, 2029.\n\nIN WITNESS WHEREOF, this Renewal has been executed this 4th day of March 2031.",
            'Lena Marsh ("Tenant"), tenant; Wick Homes, Inc. ("Owner"), owner',
            "2031-03-04",
        ),
    ],
)
def test_openings_name_parties_and_date(opening, parties, day):
    assert values(f"{opening}\n\nRECITALS\n\n", "parties", "agreement_date") == (parties, day)


@pytest.mark.parametrize(
    ("term", "length", "end", "renewal", "notice"),
    [
        (
            "This Agreement shall be in effect for an initial term of two years from the Effective Date and shall be "
            "automatically renewed for additional one-year periods, unless a party notifies the "
            "other at least sixty days "
            "before the end of the current term that it does not wish to renew.",
            "2 years",
            "2032-03-01",
            "1 year",
            "60 days",
        ),
        (
            "The term begins on the Effective Date and ends on the third anniversary thereof.",
            "3 years",
            "2033-03-01",
            None,
            None,
        ),
        (
            "Unless sooner terminated, this Agreement will terminate at midnight on December 31, 2033.",
            None,
            "2033-12-31",
            None,
            None,
        ),
        (
            "The initial term is thirty-six (36) months. Thereafter this agreement continues month-to-month.",
            "36 months",
            "2033-03-01",
            "1 month",
            None,
        ),
        ("This Agreement shall continue in perpetuity unless terminated for breach.", "perpetual", None, None, None),
        (
            "The Term ends on the earlier of (a) the sale of the last Unit and (b) June 30, 2034.",
            None,
            "2034-06-30",
            None,
            None,
        ),
        (
            "The Initial Term ends four (4) years after the launch of the Site, but in no event later than May 31, "
            "2035.",
            None,
            "2035-05-31",
            None,
            None,
        ),
        ("The term is six (6) years following the opening of the Store.", "6 years", None, None, None),
        (
            "The Term shall be from the Effective Date through June 30, 2032. Either party may elect "
            "not to renew by giving "
            "written notice ninety (90) days prior to expiration; otherwise this Agreement shall "
            "automatically renew for "
            "twelve (12) months.",
            None,
            "2032-06-30",
            "12 months",
            "90 days",
        ),
    ],
)
def test_terms_are_read_and_their_end_computed(term, length, end, renewal, notice):
    keys = ("initial_term", "expiration_date", "renewal_term", "notice_to_terminate_renewal")
    assert values(f"{OPENING}{term}", *keys) == (length, end, renewal, notice)


@pytest.mark.parametrize(
    ("clause", "law"),
    [
        ("This Agreement shall be governed by New York law.", "New York"),
        ("California law applies to this Agreement.", "California"),
        ("GOVERNING LAW: DELAWARE", "Delaware"),
        ("The laws of the Commonwealth of Massachusetts shall govern this Agreement.", "Massachusetts"),
        ("This Agreement will be interpreted according to Swiss law.", "Switzerland"),
        ("THIS AGREEMENT SHALL BE GOVERNED BY THE LAWS OF THE STATE OF TEXAS WITHOUT REGARD TO CONFLICTS.", "Texas"),
        ("English law governs this Agreement and all disputes.", "England"),
        (
            "It is governed by the internal laws, and not the choice of law rules, of the State of Washington.",
            "Washington",
        ),
        ("Each party shall comply with the laws of the State of Ohio.", None),
        ("Supplier is a corporation organized under the laws of the State of Nevada.", None),
    ],
)
def test_only_law_that_governs_is_read(clause, law):
    assert values(f"{OPENING}{clause}", "governing_law") == (law,)


@pytest.mark.parametrize(
    ("key", "clause", "there"),
    [
        ("anti_assignment", "This Agreement is not assignable by either party without prior consent in writing.", True),
        (
            "anti_assignment",
            "Neither party may transfer its rights or obligations hereunder unless the other agrees.",
            True,
        ),
        ("anti_assignment", "This Agreement binds the parties and their successors and assigns.", False),
        ("change_of_control", "If a change of control of Acme occurs, Bolt may terminate this Agreement.", True),
        (
            "change_of_control",
            '"Affiliate" means any entity that controls or is under common control with a party.',
            False,
        ),
        ("liability_cap", "Bolt's total liability hereunder shall not exceed the fees paid in the prior year.", True),
        (
            "liability_cap",
            "Neither party is liable for loss of profits or any indirect or consequential damages.",
            True,
        ),
        ("liability_cap", "Bolt shall maintain general liability insurance.", False),
        ("audit_rights", "Acme may, on reasonable notice, audit the books and records of Bolt.", True),
        ("audit_rights", "Bolt shall deliver audited financial statements each year.", False),
        ("insurance", "During the term Bolt shall carry commercial general liability insurance.", True),
        ("insurance", "Acme is an insurance company licensed in Ohio.", False),
        ("minimum_commitment", "Acme shall purchase a minimum of 500 units in each calendar year.", True),
        ("minimum_commitment", "Bolt shall give at least thirty days prior notice of any delay.", False),
        ("revenue_sharing", "Acme shall pay Bolt a royalty of five percent (5%) of Net Sales.", True),
        ("revenue_sharing", "Late payments bear interest at 1.5% per month.", False),
        (
            "termination_for_convenience",
            "Either party may terminate this Agreement for convenience on 60 days' notice.",
            True,
        ),
        (
            "termination_for_convenience",
            "A party may terminate this Agreement if the other materially breaches it.",
            False,
        ),
    ],
)
def test_clauses_are_told_from_similar_words(key, clause, there):
    assert values(f"{OPENING}{clause}", key) == ("Yes" if there else "No",)


def test_every_field_of_the_schema_has_its_rule():
    fields = shipped_schema("contract").fields
    assert set(read(document_of(OPENING))) == {spec.key for spec in fields}
    assert all(spec.rule for spec in fields)

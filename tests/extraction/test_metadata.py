"""Metadata is read from a document. Each field records its source."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentType, FiscalPeriod, NameKind, Origin
from app.quantities.unit_mentions import Scale
from workers.extraction.metadata import read_metadata
from workers.extraction.names.spelling import tidy_name

MakeDocument = Callable[..., ParsedDocument]

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM {form}
(Mark One)
☒ {kind} REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the {span} ended {end}
OR
☐ TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the transition period from ____ to ____
Commission File Number 001-99999
{name}
(Exact name of registrant as specified in its charter)
Delaware 99-1234567
Title of each class Trading Symbol(s) Name of each exchange on which registered
Common Stock, par value $0.01 per share ZYPH New York Stock Exchange
"""
ANNUAL = COVER.format(
    form="10-K", kind="ANNUAL", span="fiscal year", end="December 31, 2031", name="ZEPHYRINE PROPERTIES, INC."
)
RELEASE = """Zephyrine Announces {headline}
HARBOUR CITY, Feb. 3, 2032 – Zephyrine Properties, Inc. (NYSE: ZYPH) today announced its results for the quarter
ended December 31, 2031.
(Dollars in thousands)
"""


def test_cover_of_an_annual_report_supplies_its_fields(make_document: MakeDocument) -> None:
    metadata = read_metadata(make_document(ANNUAL), "upload.pdf")
    assert metadata.issuer == "Zephyrine Properties, Inc."
    assert metadata.document_type is DocumentType.FORM_10K
    assert (metadata.fiscal_year, metadata.fiscal_period) == (2031, FiscalPeriod.FY)
    assert metadata.period_end == date(2031, 12, 31)
    assert {"zephyrine", "zyph"} <= set(metadata.issuer_aliases)
    assert metadata.title == "Zephyrine Properties, Inc. 10-K FY2031"


def test_names_of_the_issuer_have_their_places(make_document: MakeDocument) -> None:
    document = make_document(ANNUAL, "Zephyrine Properties, Inc. (“Zephyrine”) owns harbours.")
    read = {(name.kind, name.name): name for name in read_metadata(document, "upload.pdf").names}
    assert set(read) == {
        (NameKind.COVER, "Zephyrine Properties, Inc."),
        (NameKind.SHORT, "Zephyrine"),
        (NameKind.TICKER, "ZYPH"),
    }
    for name in read.values():
        assert name.page is not None
        printed = document.pages[name.page - 1].text[name.start : name.end]
        assert printed.casefold() == name.name.casefold()


CURRENT = """SECURITIES AND EXCHANGE COMMISSION
FORM {form}
Date of Report (Date of earliest event reported): August 18, 2031
PELLSTONE STORES, INC.
(Exact name of registrant as specified in its charter)"""
ATTACHED = """Exhibit 99.1
PELLSTONE STORES REPORTS SECOND QUARTER FISCAL 2031 RESULTS
WESTPORT, Conn., Aug. 18, 2031 – Pellstone Stores, Inc. today reported results for the quarter ended August 2, 2031."""


@pytest.mark.parametrize(("form", "end"), [("8-K", date(2031, 8, 18)), ("6-K", date(2031, 8, 2))])
def test_current_report_has_the_period_of_the_release_that_it_attaches(
    make_document: MakeDocument, form: str, end: date
) -> None:
    metadata = read_metadata(make_document(CURRENT.format(form=form), ATTACHED), "x.pdf")
    assert metadata.document_type.value == form
    assert (metadata.fiscal_year, metadata.fiscal_period, metadata.period_end) == (2031, FiscalPeriod.Q2, end)
    assert read_metadata(make_document(CURRENT.format(form=form)), "x.pdf").fiscal_period is None


@pytest.mark.parametrize(
    ("text", "issuer", "year", "period", "end"),
    [
        (
            "For Immediate Release\nPellstone Q3 Revenue Rises 8%\nWESTPORT – (BUSINESS WIRE) – November 4, 2031 –"
            " Pellstone Inc. (Nasdaq: PLST) today announced financial results for its third quarter of fiscal 2032,"
            " which ended October 2, 2031.",
            "Pellstone Inc.",
            2032,
            "Q3",
            date(2031, 10, 2),
        ),
        (
            "Pellstone Inc.\nThird Quarter 2031 Earnings Release\nOctober 20, 2031\nNet income was 5.",
            "Pellstone Inc.",
            2031,
            "Q3",
            None,
        ),
        (
            "Exhibit 99.1\nPellstone plc announces Half Year Results for the six months ended 30 June 2031\n"
            "LONDON, 15 August 2031 – Pellstone plc today announced its results.",
            "Pellstone plc",
            2031,
            "Q2",
            date(2031, 6, 30),
        ),
        (
            "PELLSTONE REPORTS RESULTS FOR THE QUARTER ENDED JANUARY 30, 2031\nMarch 8, 2031 – Pellstone Inc. today"
            " reported. In fiscal 2030, sales rose; fiscal 2030 was good. Fourth quarter 2030 sales were 10.",
            "Pellstone Inc.",
            2030,
            "Q4",
            date(2031, 1, 30),
        ),
    ],
)
def test_release_is_read_without_a_usual_headline(
    make_document: MakeDocument, text: str, issuer: str, year: int, period: str, end: date | None
) -> None:
    metadata = read_metadata(make_document(text), "x.pdf")
    assert (metadata.document_type, metadata.issuer) == (DocumentType.EARNINGS_RELEASE, issuer)
    assert (metadata.fiscal_year, metadata.fiscal_period, metadata.period_end) == (year, FiscalPeriod(period), end)


def test_fiscal_year_that_ends_in_spring_has_the_number_that_the_document_gives_it(make_document: MakeDocument) -> None:
    cover = COVER.format(form="10-K", kind="ANNUAL", span="fiscal year", end="March 31, 2031", name="Pellstone Inc.")
    for words in ("Fiscal 2030 ended March 31, 2031.", "the year ended March 31, 2031 (“fiscal 2030”)"):
        assert read_metadata(make_document(cover, words), "x.pdf").fiscal_year == 2030
    assert read_metadata(make_document(cover, "Fiscal 2031 ended March 31, 2031."), "x.pdf").fiscal_year == 2031
    assert read_metadata(make_document(cover, "Sales rose."), "x.pdf").fiscal_year == 2031


def test_short_name_of_another_company_is_no_name_of_the_issuer(make_document: MakeDocument) -> None:
    text = "Zephyrine Properties, Inc. (“ZP”) and North Zephyrine Properties, Inc. (“NZP”) share a harbour."
    names = read_metadata(make_document(ANNUAL, text), "upload.pdf").names
    assert [name.name for name in names if name.kind is NameKind.SHORT] == ["ZP"]


def test_legal_name_of_a_release_is_preferred_to_the_name_of_the_group(make_document: MakeDocument) -> None:
    text = (
        "Pellstone reports fiscal 2031 results\nPellstone Group grew. Pellstone Group sold more. Pellstone Group's"
        " customers\nare loyal. Pellstone plc is registered in Jersey."
    )
    assert read_metadata(make_document(text), "x.pdf").issuer == "Pellstone plc"


def test_tagged_amendment_flag_makes_a_form_an_amendment(make_document: MakeDocument) -> None:
    tags = {"dei__DocumentType": "10-K", "dei__AmendmentFlag": "true"}
    assert read_metadata(make_document(ANNUAL, **tags), "upload.pdf").document_type is DocumentType.FORM_10K_A


@pytest.mark.parametrize("form", ["10-K", "10-Q", "8-K", "20-F"])
def test_amendment_has_a_type_of_its_own(make_document: MakeDocument, form: str) -> None:
    original = read_metadata(make_document(ANNUAL.replace("FORM 10-K", f"FORM {form}")), "upload.pdf")
    amended = read_metadata(make_document(ANNUAL.replace("FORM 10-K", f"FORM {form}/A")), "upload.pdf")
    assert amended.document_type is original.document_type.amended() is DocumentType(f"{form}/A")
    assert amended.document_type.base is original.document_type
    assert (amended.fiscal_year, amended.period_end) == (original.fiscal_year, original.period_end)
    assert not original.document_type.is_amendment


def test_each_field_records_its_source(make_document: MakeDocument) -> None:
    document = make_document("A letter to shareholders.", ANNUAL)
    sources = read_metadata(document, "upload.pdf").sources
    assert sources["issuer"].page == 2
    assert sources["issuer"].quote == "ZEPHYRINE PROPERTIES, INC."
    assert sources["period_end"].quote == "December 31, 2031"
    assert sources["fiscal_period"].origin is Origin.DERIVED


@pytest.mark.parametrize(
    ("words", "quarter"),
    [
        ("three months ended", "Q1"),
        ("three and six months ended", "Q2"),
        ("nine months ended", "Q3"),
        ("39 weeks ended", "Q3"),
        ("second quarter of 2031, the second quarter of 2030 and the quarter ended", "Q1"),
        ("second quarter, the second quarter of 2030, a strong second quarter, and the quarter ended", "Q2"),
    ],
)
def test_months_to_date_determine_the_quarter(make_document: MakeDocument, words: str, quarter: str) -> None:
    cover = COVER.format(
        form="10-Q", kind="QUARTERLY", span="quarterly period", end="June 30, 2031", name="Example Inc."
    )
    metadata = read_metadata(make_document(cover, f"Results for the {words} June 30, 2031"), "x.pdf")
    assert metadata.document_type is DocumentType.FORM_10Q
    assert metadata.fiscal_period == FiscalPeriod(quarter)


def test_a_report_that_names_no_months_has_the_quarter_it_names_most(make_document: MakeDocument) -> None:
    cover = COVER.format(
        form="10-Q", kind="QUARTERLY", span="quarterly period", end="June 30, 2031", name="Example Inc."
    )
    cover += "\nQuarter ended June 30, 2031"
    named = "Second Quarter\tFirst Half\n" * 3 + "First Quarter"
    assert read_metadata(make_document(cover, named), "x.pdf").fiscal_period is FiscalPeriod.Q2
    assert read_metadata(make_document(cover), "x.pdf").fiscal_period is FiscalPeriod.Q1
    late = read_metadata(make_document(cover, *["Table of Contents"] * 9, named), "x.pdf")
    assert late.fiscal_period is FiscalPeriod.Q2


def test_quarter_is_found_behind_a_long_front(make_document: MakeDocument) -> None:
    cover = COVER.format(
        form="10-Q", kind="QUARTERLY", span="quarterly period", end="June 30, 2031", name="Example Inc."
    )
    pages = (*["Table of Contents"] * 9, "Six months ended June 30, 2031")
    assert read_metadata(make_document(cover, *pages), "x.pdf").fiscal_period is FiscalPeriod.Q2


def test_quarter_ending_in_december_can_belong_to_the_next_fiscal_year(
    make_document: MakeDocument,
) -> None:
    cover = COVER.format(
        form="10-Q", kind="QUARTERLY", span="quarterly period", end="December 28, 2030", name="Example Inc."
    )
    metadata = read_metadata(make_document(cover, "three months ended December 28, 2030"), "x.pdf")
    assert (metadata.fiscal_year, metadata.fiscal_period) == (2031, FiscalPeriod.Q1)


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("In fiscal 2030 sales rose. Fiscal 2030 had 52 weeks. In fiscal 2029 they fell.", 2030),
        ("In fiscal 2031 sales rose. Fiscal 2031 had 52 weeks. In fiscal 2030 they fell.", 2031),
        ("Fiscal 2030 ended January 28, 2031. Targets for fiscal 2031 and fiscal 2031 bonuses follow.", 2030),
        ("Fiscal 2031 (the 52 weeks ended January 28, 2031) followed fiscal 2030. Fiscal 2030 was weak.", 2031),
        ("Sales rose.", 2031),
    ],
)
def test_fiscal_year_ending_in_january_is_numbered_as_in_the_document(
    make_document: MakeDocument, words: str, year: int
) -> None:
    cover = COVER.format(
        form="10-K", kind="ANNUAL", span="fiscal year", end="January 28, 2031", name="Example Stores, Inc."
    )
    metadata = read_metadata(make_document(cover, words), "x.pdf")
    assert metadata.fiscal_year == year
    assert metadata.period_end == date(2031, 1, 28)


def test_current_report_has_a_day_and_no_fiscal_year(make_document: MakeDocument) -> None:
    text = """SECURITIES AND EXCHANGE COMMISSION\nFORM 8-K\nCURRENT REPORT
Date of Report (Date of earliest event reported): May 25, 2031 (May 22, 2031)\nExample Corporation
(Exact name of registrant as specified in its charter)"""
    metadata = read_metadata(make_document(text), "x.pdf")
    assert metadata.document_type is DocumentType.FORM_8K
    assert (metadata.issuer, metadata.period_end, metadata.fiscal_year) == (
        "Example Corporation",
        date(2031, 5, 25),
        None,
    )
    assert metadata.period_label() == "2031-05-25"


@pytest.mark.parametrize(
    ("headline", "year", "period"),
    [
        ("Fourth-Quarter and Full-Year 2031 Financial Results", 2031, "Q4"),
        ("Third Quarter\nFiscal 2032 Results", 2032, "Q3"),
        ("Q2 2031 Earnings", 2031, "Q2"),
        ("Full Year 2031 Results", 2031, "Q4"),
    ],
)
def test_headline_of_a_release_supplies_period_and_year(
    make_document: MakeDocument, headline: str, year: int, period: str
) -> None:
    metadata = read_metadata(make_document(RELEASE.format(headline=headline)), "x.pdf")
    assert metadata.document_type is DocumentType.EARNINGS_RELEASE
    assert (metadata.fiscal_year, metadata.fiscal_period) == (year, FiscalPeriod(period))
    assert metadata.issuer == "Zephyrine Properties, Inc."
    assert metadata.filing_date == date(2032, 2, 3)
    assert metadata.scale is Scale.THOUSANDS


def test_release_about_the_year_alone_has_no_quarter(make_document: MakeDocument) -> None:
    text = RELEASE.format(headline="Full Year 2031 Results").replace("the quarter", "the year")
    assert read_metadata(make_document(text), "x.pdf").fiscal_period is FiscalPeriod.FY


def test_inline_xbrl_tags_take_precedence(make_document: MakeDocument) -> None:
    document = make_document(
        ANNUAL,
        dei__EntityRegistrantName="OTHER NAME PLC",
        dei__DocumentType="10-K/A",
        dei__DocumentFiscalYearFocus="2030",
        dei__DocumentFiscalPeriodFocus="FY",
        dei__DocumentPeriodEndDate="February 1, 2031",
        dei__TradingSymbol="OTHR",
        dei__EntityCentralIndexKey="123456",
    )
    metadata = read_metadata(document, "x.html")
    assert (metadata.issuer, metadata.fiscal_year, metadata.period_end) == ("Other Name plc", 2030, date(2031, 2, 1))
    assert {"othr", "0000123456"} <= set(metadata.issuer_aliases)
    assert metadata.sources["fiscal_year"].origin is Origin.TAG


def test_prospectus_supplement_supplies_issuer_and_date(make_document: MakeDocument) -> None:
    text = """Filed Pursuant to Rule 424(b)(5)\nPROSPECTUS SUPPLEMENT
(To Prospectus dated February 8, 2031)\n$500,000,000
Zephyrine Properties, Inc.\n5.25% Senior Notes due 2041\nThe date of this prospectus supplement is March 4, 2031."""
    metadata = read_metadata(make_document(text), "x.pdf")
    assert (metadata.document_type, metadata.issuer) == (DocumentType.PROSPECTUS, "Zephyrine Properties, Inc.")
    assert metadata.filing_date == date(2031, 3, 4)


def test_credit_agreement_supplies_borrower_and_date(make_document: MakeDocument) -> None:
    text = """CREDIT AGREEMENT\ndated as of March 4, 2031\namong\nZEPHYRINE PROPERTIES, INC.,\nas Borrower,
the Lenders party hereto, and\nEXAMPLE BANK, N.A.,\nas Administrative Agent"""
    metadata = read_metadata(make_document(text), "x.pdf")
    assert metadata.document_type is DocumentType.CREDIT_AGREEMENT
    assert metadata.issuer == "Zephyrine Properties, Inc."
    assert metadata.filing_date == date(2031, 3, 4)


def test_date_before_the_parties_is_no_part_of_the_borrowers_name(make_document: MakeDocument) -> None:
    text = "CREDIT AGREEMENT\ndated as of October 4,\n2022 among Zephyrine Foods LLC, as Borrower, and the Lenders"
    assert read_metadata(make_document(text), "x.pdf").issuer == "Zephyrine Foods LLC"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("CONFIDENTIAL OFFERING MEMORANDUM", DocumentType.OFFERING_MEMORANDUM),
        ("FIRST SUPPLEMENTAL INDENTURE", DocumentType.INDENTURE),
        ("Annual Report 2031", DocumentType.ANNUAL_REPORT),
        ("Shopping list", DocumentType.OTHER),
    ],
)
def test_title_on_its_own_line_determines_the_type(make_document: MakeDocument, title: str, kind: DocumentType) -> None:
    assert read_metadata(make_document(f"{title}\nExample plc"), "x.pdf").document_type is kind


def test_sentence_about_a_form_does_not_determine_the_type(make_document: MakeDocument) -> None:
    text = "Securities and Exchange Commission rules: see our Annual Report on Form 10-K for the risks."
    assert read_metadata(make_document(text), "x.pdf").document_type is DocumentType.OTHER


@pytest.mark.parametrize(
    ("text", "currency", "scale"),
    [
        ("(in millions, except per share amounts)\nSales $ 5", "USD", Scale.MILLIONS),
        ("(€ in thousands)\nRevenue 5", "EUR", Scale.THOUSANDS),
        ("Amounts in billions of Swiss francs\nRevenue 5", "CHF", Scale.BILLIONS),
        ("Revenue £5 and £6", "GBP", None),
        ("We served guests in millions of homes around the world and were glad of it all the while.", None, None),
    ],
)
def test_units_lines_determine_currency_and_scale(
    make_document: MakeDocument, text: str, currency: str | None, scale: Scale | None
) -> None:
    metadata = read_metadata(make_document(text), "x.pdf")
    assert (metadata.currency, metadata.scale) == (currency, scale)


def test_signature_date_is_the_filing_date(make_document: MakeDocument) -> None:
    metadata = read_metadata(
        make_document(ANNUAL, "SIGNATURES\nPursuant to …\nDate: February 9, 2032\tBy: /s/ A. Person"), "x"
    )
    assert metadata.filing_date == date(2032, 2, 9)


def test_date_of_filing_above_a_cover_is_the_filing_date_and_that_of_another_document_is_not(
    make_document: MakeDocument,
) -> None:
    signed = "SIGNATURES\nthe registrant has duly caused this report to be signed.\nDate: February 9, 2032\tBy: /s/ A."
    stated = f"As filed with the Securities and Exchange Commission on February 11, 2032\n{ANNUAL}"
    assert read_metadata(make_document(stated, signed), "x").filing_date == date(2032, 2, 11)
    other = (
        f"{ANNUAL}\nThe proxy statement, filed with the Securities and Exchange Commission on March 3, 2031, follows."
    )
    assert read_metadata(make_document(other, signed), "x").filing_date == date(2032, 2, 9)


def test_filing_date_is_that_of_the_reports_own_signatures(make_document: MakeDocument) -> None:
    signed = (
        "SIGNATURES\nthe registrant has duly caused this report to be signed on its behalf by the undersigned,"
        " thereunto duly authorized, on this 9th day of February, 2032.\nZEPHYRINE PROPERTIES, INC.\nBy: /s/ A. Person"
    )
    exhibit = "Exhibit 10.1\nSIGNATURE PAGE\nDate: March 30, 2032\tBy: /s/ B. Other"
    assert read_metadata(make_document(ANNUAL, signed, exhibit), "x").filing_date == date(2032, 2, 9)


def test_file_name_is_used_only_without_evidence_in_the_document(make_document: MakeDocument) -> None:
    silent = read_metadata(make_document("nothing to see"), "ACME_2029_10K.pdf")
    assert (silent.document_type, silent.fiscal_year) == (DocumentType.FORM_10K, 2029)
    assert silent.sources["fiscal_year"].origin is Origin.FILENAME
    assert read_metadata(make_document(ANNUAL), "ACME_2029_10Q.pdf").fiscal_year == 2031


def test_document_without_text_still_has_a_title(make_document: MakeDocument) -> None:
    assert read_metadata(make_document(), "scan.pdf").title == "scan"


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("ZEPHYRINE PROPERTIES, INC.", "Zephyrine Properties, Inc."),
        ("BANK OF THE HARBOUR N.V.", "Bank of the Harbour N.V."),
        ("Zephyrine  plc\n", "Zephyrine plc"),
    ],
)
def test_all_capital_names_are_set_in_title_case(name: str, tidy: str) -> None:
    assert tidy_name(name) == tidy


_LINES = st.lists(
    st.one_of(
        st.sampled_from([*ANNUAL.split("\n"), *RELEASE.split("\n"), "as Borrower", "(in millions)", "Q3 2031"]),
        st.text(max_size=40),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_LINES)
def test_every_quote_matches_the_text_at_its_offsets(make_document: MakeDocument, lines: list[str]) -> None:
    document = make_document("\n".join(lines[::2]), "\n".join(lines[1::2]))
    metadata = read_metadata(document, "x.pdf")
    for name, source in metadata.sources.items():
        assert getattr(metadata, name) is not None
        assert 0 < source.confidence <= 1
        if source.origin is Origin.TEXT:
            assert source.page is not None
            assert document.pages[source.page - 1].text[source.start : source.end] == source.quote


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "filler",
    [
        *(" " * 200_000, "\n \n" * 60_000, "(" * 200_000, "Aa, " * 50_000, "_" * 200_000, "A B " * 50_000),
        *("Exact name of registrant " * 8_000, "(“Company” " * 9_000, "To the Stockholders and " * 8_000),
    ],
)
def test_extreme_page_is_read_in_time(make_document: MakeDocument, filler: str) -> None:
    assert read_metadata(make_document(ANNUAL + filler), "x.pdf").issuer == "Zephyrine Properties, Inc."


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "filler",
    ["as the " * 10_000, "Aa of the " * 8_000, "together with a, " * 5_000, "dated as of May 5, 2031 " * 3_000],
)
def test_extreme_agreement_is_read_in_time(make_document: MakeDocument, filler: str) -> None:
    text = (
        "CREDIT AGREEMENT\ndated as of March 4, 2031\namong\nZEPHYRINE PROPERTIES, INC.,\nas Borrower, and the Lenders "
    )
    assert read_metadata(make_document(text + filler), "x.pdf").issuer == "Zephyrine Properties, Inc."


def test_quarter_is_named_on_later_pages_if_the_first_ones_count_no_months(make_document: MakeDocument) -> None:
    cover = COVER.format(
        form="10-Q", kind="QUARTERLY", span="quarterly period", end="June 30, 2031", name="ZEPHYRINE PROPERTIES, INC."
    )
    first = f"{cover}\nFor the Quarter Ended June 30, 2031"
    later = ["Notes"] * 9 + ["Second Quarter First Half\n2031 2030 2031 2030\nSecond Quarter 2031\nSecond Quarter 2030"]
    metadata = read_metadata(make_document(first, *later), "upload.pdf")
    assert (metadata.fiscal_year, metadata.fiscal_period) == (2031, FiscalPeriod.Q2)
    months = ["Notes"] * 9 + ["Six months ended June 30, 2031"]
    assert read_metadata(make_document(first, *months), "upload.pdf").fiscal_period is FiscalPeriod.Q2

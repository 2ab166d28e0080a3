"""Periods, fiscal labels and dates are read as documents print them."""

from collections.abc import Callable
from datetime import date

import pytest

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentType, FiscalPeriod
from app.quantities.unit_mentions import Scale
from tests.extraction.texts import ANNUAL, ATTACHED, COVER, CURRENT, RELEASE
from workers.extraction.metadata import read_metadata

MakeDocument = Callable[..., ParsedDocument]


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


def test_prospectus_supplement_supplies_issuer_and_date(make_document: MakeDocument) -> None:
    text = """Filed Pursuant to Rule 424(b)(5)\nPROSPECTUS SUPPLEMENT
(To Prospectus dated February 8, 2031)\n$500,000,000
Zephyrine Properties, Inc.\n5.25% Senior Notes due 2041\nThe date of this prospectus supplement is March 4, 2031."""
    metadata = read_metadata(make_document(text), "x.pdf")
    assert (metadata.document_type, metadata.issuer) == (DocumentType.PROSPECTUS, "Zephyrine Properties, Inc.")
    assert metadata.filing_date == date(2031, 3, 4)


def test_signature_date_is_the_filing_date(make_document: MakeDocument) -> None:
    metadata = read_metadata(
        make_document(ANNUAL, "SIGNATURES\nPursuant to …\nDate: February 9, 2032\tBy: /s/ A. Person"), "x"
    )
    assert metadata.filing_date == date(2032, 2, 9)


def test_filing_date_above_the_cover_is_not_that_of_another_document(
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

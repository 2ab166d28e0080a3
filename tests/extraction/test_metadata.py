"""Metadata is read from a document. Each field records its source."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentType, FiscalPeriod, NameKind, Origin
from app.quantities.unit_mentions import Scale
from tests.extraction.texts import ANNUAL, RELEASE
from workers.extraction.metadata import read_metadata
from workers.extraction.names.spelling import tidy_name

MakeDocument = Callable[..., ParsedDocument]


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

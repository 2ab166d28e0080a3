"""Filings by fiscal year and kind, and the reports that are missing between known ones."""

from datetime import date
from uuid import UUID

from app.issuers.filings import FilingKind, list_years
from app.issuers.repository import IssuerDocument


def filing(number: int, kind: str | None, year: int | None, period: str | None = None, filed: date | None = None):
    record = UUID(int=1)
    return IssuerDocument(
        UUID(int=number), f"Document {number}", None, record, kind, 1, 1, False, 0, year, period, filed
    )


def test_filings_are_placed_by_year_and_kind_newest_first():
    years = list_years(
        [
            filing(1, "10-K", 2030, "FY"),
            filing(2, "10-K/A", 2030, "FY"),
            filing(3, "10-Q", 2031, "Q1"),
            filing(4, "credit-agreement", None, filed=date(2029, 5, 1)),
            filing(5, None, None),
        ]
    )
    assert [year.year for year in years] == [2031, 2030, 2029, None]
    assert [document.id.int for document in years[1].documents[FilingKind.ANNUAL]] == [1, 2]
    assert years[2].documents.keys() == {FilingKind.AGREEMENT}
    assert years[3].documents.keys() == {FilingKind.OTHER}


def test_only_reports_between_known_ones_are_gaps():
    years = list_years([filing(1, "10-Q", 2030, "Q2"), filing(2, "10-K", 2031, "FY"), filing(3, "10-Q", 2031, "Q2")])
    assert {year.year: year.gaps for year in years} == {
        2031: {FilingKind.FIRST, FilingKind.THIRD},
        2030: {FilingKind.THIRD, FilingKind.ANNUAL},
    }


def test_misread_year_does_not_fill_the_page_with_empty_years():
    years = list_years([filing(1, "10-K", 1902, "FY"), filing(2, "10-K", 2031, "FY")])
    assert [year.year for year in years] == [2031, 1902]

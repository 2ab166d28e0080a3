"""Quarterly reports number fiscal years as the issuer's annual reports do."""

from dataclasses import replace
from datetime import date

import pytest

from app.facts.fiscal_years import align_years
from app.facts.found import Found
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel
from app.quantities.periods import Period
from tests.facts.ledgers import fact, source

ANNUAL = source("10-K")
QUARTERLY = replace(source("10-Q", "2025-09-05"), document_type="10-Q")
WEEKS_13 = Period(date(2025, 8, 2), date(2025, 5, 4))
WEEKS_26 = Period(date(2025, 8, 2), date(2025, 2, 2))
WEEKS_26_BEFORE = Period(date(2024, 8, 3), date(2024, 2, 4))
YEAR_2024 = Period(date(2025, 2, 1), date(2024, 2, 4))


def make_facts(shift=1):
    """Return a year to February 1, 2025, named 2024, and half years labelled `shift` years later."""
    return [
        fact("Revenue", 800, "FY2024", period=YEAR_2024, document=ANNUAL),
        fact("Revenue", 230, f"Q2 {2025 + shift}", period=WEEKS_13, document=QUARTERLY),
        fact("Revenue", 440, f"H1 {2025 + shift}", period=WEEKS_26, document=QUARTERLY),
        fact("Revenue", 400, f"H1 {2024 + shift}", period=WEEKS_26_BEFORE, document=QUARTERLY),
    ]


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_quarterly_report_takes_the_year_from_the_annual_report(shift):
    labels = [stored.fact.fiscal for stored in align_years(make_facts(shift))]
    assert labels == [FiscalLabel(2024), FiscalLabel(2025, "Q2"), FiscalLabel(2025, "H1"), FiscalLabel(2024, "H1")]


def test_last_twelve_months_join_annual_and_quarterly_reports_of_a_february_year():
    found = Ledger(make_facts()).find("Revenue", FiscalLabel(2025, "TTM Q2"))
    assert isinstance(found, Found)
    assert found.value == 840 * 10**6


def test_labels_stay_if_the_quarter_itself_differs_or_no_annual_report_says():
    moved_year = [replace(stored, source=ANNUAL) for stored in make_facts()[:1]] + [
        fact("Revenue", 230, "Q3 2026", period=WEEKS_13, document=QUARTERLY)
    ]
    assert align_years(moved_year) == moved_year
    assert align_years(make_facts()[1:]) == make_facts()[1:]

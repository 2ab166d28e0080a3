"""Tests of fiscal labels: periods as the issuer counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.model import FiscalLabel
from app.facts.statements.about import About
from app.facts.statements.fiscal import FiscalYears
from app.quantities.periods import Period


def weeks(end, count):
    return Period(end, end - timedelta(days=7 * count - 1))


def months(end, start):
    return Period(date(*end), date(*start))


def label(about, period, *others):
    return FiscalYears.of(about, [period, *others]).label(period)


@pytest.mark.parametrize(
    ("about", "period", "expected"),
    [
        # A year that ends in January or February is named as the document says.
        (About(date(2024, 2, 3), 2023, "FY"), weeks(date(2024, 2, 3), 53), FiscalLabel(2023)),
        (About(date(2024, 2, 3), 2023, "FY"), weeks(date(2023, 1, 28), 52), FiscalLabel(2022)),
        (About(date(2024, 1, 31), 2024, "FY"), months((2024, 1, 31), (2023, 2, 1)), FiscalLabel(2024)),
        (About(date(2024, 1, 31), 2024, "FY"), Period(date(2023, 1, 31)), FiscalLabel(2023)),
        # Early January.
        (About(date(2022, 1, 1), 2021, "FY"), weeks(date(2022, 1, 1), 52), FiscalLabel(2021)),
        (About(date(2022, 1, 1), None, "FY"), weeks(date(2021, 1, 2), 53), FiscalLabel(2020)),
        # Quarters of 12 and 16 weeks.
        (About(date(2024, 4, 20), 2024, "Q1"), weeks(date(2024, 4, 20), 16), FiscalLabel(2024, "Q1")),
        (About(date(2024, 9, 28), 2024, "FY"), weeks(date(2024, 6, 8), 12), FiscalLabel(2024, "Q3")),
        (About(date(2024, 8, 31), 2024, "FY"), weeks(date(2024, 8, 31), 16), FiscalLabel(2024, "Q4")),
        (About(date(2024, 12, 28), 2024, "FY"), weeks(date(2024, 12, 28), 14), FiscalLabel(2024, "Q4")),
        # A quarter that ends on a Sunday in a year from 1 January to 31 December.
        (
            About(date(2023, 6, 25), 2023, "Q2"),
            months((2023, 6, 25), (2023, 3, 27)),
            FiscalLabel(2023, "Q2"),
        ),
        (About(date(2023, 6, 25), 2023, "Q2"), months((2022, 12, 31), (2022, 1, 1)), FiscalLabel(2022)),
        # Year to date.
        (About(date(2024, 9, 30), 2024, "Q3"), months((2024, 9, 30), (2024, 1, 1)), FiscalLabel(2024, "9M")),
        (About(date(2024, 6, 30), 2024, "Q2"), months((2024, 6, 30), (2024, 1, 1)), FiscalLabel(2024, "H1")),
        # A first quarter in the calendar year before.
        (About(date(2023, 8, 31), 2024, "Q1"), months((2023, 8, 31), (2023, 6, 1)), FiscalLabel(2024, "Q1")),
        # Not certain: a transition period, trailing twelve months, a year without a usual name, no year at all.
        (About(date(2024, 3, 31), 2024, "FY"), months((2024, 3, 31), (2023, 11, 1)), None),
        (About(date(2024, 6, 30), 2024, "Q2"), months((2024, 6, 30), (2023, 7, 1)), None),
        (About(date(2024, 1, 31), None, "FY"), months((2024, 1, 31), (2023, 2, 1)), None),
        (About(), months((2024, 3, 31), (2024, 3, 1)), None),
    ],
)
def test_period_has_label_as_issuer_counts(about, period, expected):
    extra = [weeks(about.period_end, 13)] if about.fiscal_period == "Q1" and about.period_end else []
    assert label(about, period, *extra) == expected


def test_quarter_is_found_by_longest_duration_and_last_balance_sheet():
    nine = months((2024, 9, 30), (2024, 1, 1))
    three = months((2024, 9, 30), (2024, 7, 1))
    about = About(date(2024, 9, 30), 2024, None)
    assert FiscalYears.of(about, [nine, three]).label(three) == FiscalLabel(2024, "Q3")
    balances = [Period(date(2024, 9, 30)), Period(date(2023, 12, 31))]
    assert FiscalYears.of(about, [three, *balances]).label(three) == FiscalLabel(2024, "Q3")


@given(
    end=st.dates(date(1995, 3, 1), date(2060, 12, 31)),
    part=st.sampled_from(["Q1", "Q2", "Q3", "FY"]),
    back=st.integers(0, 8),
)
def test_same_day_of_other_years_has_other_year_and_same_part(end, part, back):
    years = FiscalYears.of(About(end, end.year, part), [])
    own = years.label(Period(end))
    assert own is not None
    before = years.label(Period(end - timedelta(days=round(365.25 * back))))
    assert before == FiscalLabel(own.year - back, own.part)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        # A tagged year end: the quarter is known although the document does not name it.
        (About(date(2031, 7, 1), 2031, year_end=(9, 30)), FiscalLabel(2031, "Q3")),
        (About(date(2031, 3, 31), 2030, year_end=(6, 30)), FiscalLabel(2030, "Q3")),
        (About(date(2032, 2, 1), 2031, year_end=(1, 31)), FiscalLabel(2031, "FY")),
        (About(date(2031, 12, 27), 2031, "FY", year_end=(1, 3)), FiscalLabel(2031, "FY")),
        (About(date(2032, 2, 29), 2032, year_end=(2, 29)), FiscalLabel(2032, "FY")),
    ],
)
def test_tagged_year_end_places_the_period_in_its_year(about, expected):
    assert label(about, Period(about.period_end)) == expected


@given(st.dates(date(1901, 1, 1), date(2198, 12, 31)), st.integers(1, 12), st.integers(1, 31))
def test_fiscal_year_ends_on_the_tagged_day_after_the_period(last, month, day):
    years = FiscalYears.of(About(last, last.year, year_end=(month, day)), [])
    assert years.end is None or -10 <= (years.end - last).days <= 366


def test_tag_of_another_year_end_does_not_change_a_report_about_a_fiscal_year():
    year, before = Period(date(2031, 6, 30), date(2030, 7, 1)), Period(date(2030, 6, 30), date(2029, 7, 1))
    about = About(period_end=year.end, fiscal_year=2031, fiscal_period="FY", year_end=(12, 31))
    years = FiscalYears.of(about, [year, before, Period(year.end)])
    assert [years.label(period) for period in (year, before, Period(year.end))] == [
        FiscalLabel(2031), FiscalLabel(2030), FiscalLabel(2031),
    ]  # fmt: skip

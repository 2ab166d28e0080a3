"""Laws of period headings and units statements: how a heading is written does not change what it states."""

import calendar as months
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import is_period_heading, read_column_period
from app.quantities.dates import day_in
from app.quantities.periods import Period
from app.quantities.row_periods import read_cell_period
from app.quantities.units import parse_units
from tests.speed import within_cpu_seconds

UNKNOWN = FiscalCalendar.of([], period_end=None, fiscal_year=None)
MONTH_ENDS = st.builds(lambda year, month: day_in(year, month, 31), st.integers(1990, 2068), st.integers(1, 12))
WORDS = {3: ["three", "3", "Three", "THREE"], 6: ["six", "6"], 9: ["nine", "9"], 12: ["twelve", "12"]}
DAY_FORMS = (
    "{month} {day}, {year}", "{short} {day}, {year}", "{short}. {day}, {year}", "{day} {month} {year}",
    "{month} {day} {year}", "{day}-{short}-{year}", "{day}-{short}-{yy}", "{m}/{day}/{year}", "{m}/{day}/{yy}",
    "{day}.{m:02d}.{year}", "{year}-{m:02d}-{day:02d}", "{day:02d}/{m:02d}/{year}", "{MONTH} {day}, {year}",
    "{short} {day}, '{yy}", "the {day}th of {month} {year}",
)  # fmt: skip
YEAR_FORMS = (
    "{year}", "{year}(1)", "{year} (a)", "{year}*", "{year}A", "{year} (unaudited)", "{year} As restated",
    "Actual {year}", "Pro forma {year}", "Total {year}", "$ {year}", "{year} £m",
)  # fmt: skip
QUARTER_FORMS = (
    "Q{q} {year}", "{q}Q{yy}", "{q}Q {year}", "Q{q}'{yy}", "Q{q} FY{yy}", "FY{yy} Q{q}", "{year} Q{q}", "Q{q}-{yy}",
    "{word} quarter {year}", "{word} quarter of {year}", "{Word} Quarter Fiscal {year}", "FQ{q} {year}",
)  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth"}


def read(*path, context=(), calendar=UNKNOWN, hint=None):
    return read_column_period(path, context=context, calendar=calendar, instant_hint=hint)


def written(form, day):
    name = months.month_name[day.month]
    return form.format(
        month=name,
        MONTH=name.upper(),
        short=name[:3],
        m=day.month,
        day=day.day,
        year=day.year,
        yy=f"{day.year % 100:02d}",
    )


@given(
    MONTH_ENDS,
    st.sampled_from(DAY_FORMS),
    st.sampled_from(["As of {}", "{}", "At {}", "Balance at {}", "({})", "{} (unaudited)"]),
)
def test_day_is_the_same_in_every_form(day, form, frame):
    if "yy" in form and not 1990 <= day.year <= 2068:
        return
    assert read(frame.format(written(form, day))) == Period(day)


@given(MONTH_ENDS, st.sampled_from(sorted(WORDS)), st.data())
def test_length_and_end_are_the_same_in_every_order(end, length, data):
    word, form = data.draw(st.sampled_from(WORDS[length])), data.draw(st.sampled_from(DAY_FORMS))
    months_ended, day = f"{word} months ended", written(form, end)
    without_year = f"{months.month_name[end.month]} {end.day},"
    first = end.year * 12 + end.month - length
    expected = Period(end, date(first // 12, first % 12 + 1, 1))
    for path in (
        (f"{months_ended} {day}",), (months_ended, day), (f"{months_ended} {without_year}", str(end.year)),
        (months_ended, without_year, str(end.year)), (f"For the {months_ended}", day, "(in millions)"),
    ):  # fmt: skip
        assert read(*path) == expected, path
    assert read(str(end.year), context=[f"For the {months_ended} {without_year[:-1]}"]) == expected
    assert read("Lenses", context=[f"Results for the {months_ended} {written(DAY_FORMS[0], end)}"]) == expected


@given(st.integers(1990, 2068), st.sampled_from(YEAR_FORMS))
def test_year_is_the_same_with_what_stands_beside_it(year, form):
    text = form.format(year=year)
    assert is_period_heading(text)
    assert read(text) == Period(date(year, 12, 31), date(year, 1, 1))


@given(st.integers(2000, 2068), st.integers(1, 4), st.sampled_from(QUARTER_FORMS), st.integers(1, 12))
def test_quarter_is_that_of_the_fiscal_year(year, quarter, form, last_month):
    fiscal = FiscalCalendar.of([], period_end=day_in(2030, last_month, 31), fiscal_year=2030, quarter=4)
    word = ORDINALS[quarter]
    found = read(
        form.format(q=quarter, year=year, yy=f"{year % 100:02d}", word=word, Word=word.title()), calendar=fiscal
    )
    last = year * 12 + last_month - 1 - 3 * (4 - quarter)
    first = last - 2
    assert found == Period(day_in(last // 12, last % 12 + 1, 31), date(first // 12, first % 12 + 1, 1))


@given(st.integers(2000, 2068), st.integers(0, 371))
def test_quarters_of_weeks_fill_the_year(year, shift):
    end = date.fromordinal(date(2030, 1, 1).toordinal() + shift)
    fiscal = FiscalCalendar.of([], period_end=end, fiscal_year=2030, quarter=4)
    parts = [read(f"Q{quarter} {year}", calendar=fiscal) for quarter in range(1, 5)]
    whole = read(f"FY{year}", calendar=fiscal)
    assert whole is not None and None not in parts
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    for before, after in pairwise(parts):
        assert (after.start - before.end).days == 1


@given(st.sampled_from(["{}", "({})", "{}, unaudited", "Unaudited; {}", "({}) ", "{}, except percentages", "[{}]"]),
       st.sampled_from(["£", "€", "¥", "₹", "HK$", "US$", "C$", "CHF", "SEK"]),
       st.sampled_from([("thousand", 3), ("million", 6), ("billion", 9), ("lakh", 5), ("crore", 7)]),
       st.sampled_from(["{c} {s}", "{c} {s}s", "in {c} {s}", "{c} in {s}s", "in {s}s of {c}", "amounts in {c} {s}",
                        "{s}s of {c}"]),
       st.booleans())  # fmt: skip
def test_units_are_the_same_in_every_form(frame, sign, scale, form, upper):
    text = form.format(c=sign, s=scale[0].upper() if upper else scale[0])
    found = parse_units(frame.format(text))
    code = {"£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "HK$": "HKD", "US$": "USD", "C$": "CAD"}.get(sign, sign)
    assert (found.currency, found.scale) == (code, scale[1])


@pytest.mark.parametrize(
    "part",
    [
        "three and ", "December 31, ", "2024 ", "1/", "year ended ", "Q", "(", "$ in ", "in millions of ", "00", "1.1.",
        "weighted average ", "per common ", "as of ", "12 months ", "Jan-", "balance ", "000", "number of ", "€", "FY",
        "at the beginning ", "' ", "shares ", "except ", "and ", "\u0000", "  ", "for 2024, ",
        "ending year ended ", "anti",
    ],
)  # fmt: skip
def test_hostile_texts_take_linear_time(part):
    text = part * (40_000 // len(part))

    def read_all():
        parse_units(text)
        read(text, context=[text, text + "."])
        read_cell_period([text], [text], context=[text + ":"], calendar=UNKNOWN)
        FiscalCalendar.of([text], period_end=None, fiscal_year=None)

    within_cpu_seconds(1, read_all)

"""What an issuer's page shows of its ledger: measures over years, schedules of maturities, and instruments."""

from datetime import date

from app.facts.ledger import Ledger
from app.facts.model import StatementKind
from app.facts.profile.maturities import find_schedule, list_instruments
from app.facts.profile.measures import common_years, list_series
from app.quantities.periods import Period
from tests.facts.ledgers import fact, read_ledger, source

DAY = Period(date(2023, 12, 31), None)
LEDGER = """
income-statement | FY2023 FY2022 FY2020
Revenue | 1,200 1,000 x
OperatingIncomeLoss | 200 -50 90
"""


def due(year: str, amount: int, *, document=None, day: Period = DAY, column: str = ""):
    dimensions = (("maturity", year), *((("column", column),) if column else ()))
    return fact(
        None, amount, words=year, period=day, statement=StatementKind.DEBT, dimensions=dimensions, document=document
    )


def instrument(name: str, amount: int):
    about = (("debt instrument", name),)
    return fact("LongTermDebt", amount, words=name, period=DAY, statement=StatementKind.DEBT, dimensions=about)


def test_series_cover_each_year_and_a_missing_figure_is_none():
    ledger = read_ledger(LEDGER)
    years = common_years([ledger], 8)
    assert [label.year for label in years] == [2020, 2021, 2022, 2023]
    revenue, growth, *_ = list_series(ledger, years)
    assert [result.value for result in revenue.results] == [None, None, 1_000_000_000, 1_200_000_000]
    assert [str(result.value) for result in growth.results[2:]] == ["None", "0.2"]
    assert revenue.results[0].problem is not None


def test_years_of_two_ledgers_are_the_newest_of_both_and_end_where_asked():
    older = read_ledger("income-statement | FY2021\nRevenue | 5")
    years = common_years([read_ledger(LEDGER), older], 2)
    assert [label.year for label in years] == [2022, 2023]
    assert [label.year for label in common_years([older, read_ledger(LEDGER)], 2, last=2021)] == [2020, 2021]
    assert common_years([Ledger([])], 8) == ()


def test_newest_schedule_of_maturities_is_found_in_order_of_years():
    newer = source("10-K 2023", "2024-02-20")
    older = source("10-K 2022", "2023-02-20")
    before = Period(date(2022, 12, 31), None)
    schedule = find_schedule(
        [
            due("Thereafter", 300, document=newer),
            due("2025", 20, document=newer),
            due("2024", 10, document=newer),
            due("2023", 99, document=older, day=before),
            due("2024", 98, document=older, day=before),
        ]
    )
    assert [(each.label, each.year) for each in schedule.amounts] == [
        ("2024", 2024),
        ("2025", 2025),
        ("Thereafter", None),
    ]
    assert (schedule.source, schedule.as_of) == (newer, DAY.end)


def test_column_of_debt_is_taken_rather_than_that_of_interest():
    every = [due(year, 1, column=column) for column in ("Interest", "Debt principal") for year in ("2024", "2025")]
    assert find_schedule(every).column == "Debt principal"
    assert find_schedule([due("2024", 1)]) is None


def test_instruments_are_ordered_by_the_year_in_their_names():
    found = list_instruments(
        [
            instrument("Revolving facility", 10),
            instrument("4.5% notes due 2029", 20),
            instrument("Term loan due 2027", 5),
        ]
    )
    assert [(each.label, each.year) for each in found] == [
        ("Term loan due 2027", 2027),
        ("4.5% notes due 2029", 2029),
        ("Revolving facility", None),
    ]

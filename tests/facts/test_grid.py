"""A statement as a grid: the order of rows, the columns of fiscal periods, restatements and disagreements."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from app.facts.grid import build_grid
from app.facts.grid_periods import Periods
from app.facts.model import FactSource, FactStatus, FiscalLabel, Method, Place, StatementKind, StoredFact
from app.quantities.periods import Period
from tests.facts.made_facts import make_fact
from tests.speed import within_cpu_seconds

INCOME, BALANCE, EQUITY = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.EQUITY


def year(number):
    return Period(date(number, 12, 31), date(number, 1, 1))


def make_filing(filed, *rows, kind="10-K", statement=INCOME, years=None, **changes):
    """Return the facts of a filing. A row has a label, then a figure in millions per year, or None."""
    number = int(filed[:4])
    source = FactSource(UUID(int=number), UUID(int=number + 1), "juniper", "Juniper", f"{kind} {filed}", kind, filed)
    found = []
    for row, (label, *figures) in enumerate(rows, 1):
        path = label if isinstance(label, tuple) else (label,)
        for column, (of, figure) in enumerate(zip(years or range(number - 1, 0, -1), figures, strict=False), 1):
            if figure is not None:
                fact = make_fact(
                    path[-1],
                    str(Decimal(figure) * 10**6),
                    **{
                        "label_path": path,
                        "period": Period(year(of).end) if statement is BALANCE else year(of),
                        "fiscal": FiscalLabel(of),
                        "statement": statement,
                        "place": Place(1, 100 * row + 10 * column, 100 * row + 10 * column + 5, 1, row, column),
                        "item": None,
                        "concept": None,
                        **changes,
                    },
                )
                found.append(StoredFact(fact, len(found) + 1, source))
    return found


def shown(grid):
    """Return the labels with the figures in millions."""
    return [
        (row.label, *(figure and int(figure.shown.fact.value / 10**6) for figure in row.figures)) for row in grid.rows
    ]


def annual(facts, statement=INCOME, most_columns=8):
    return build_grid(statement, facts, periods=Periods.ANNUAL, most_columns=most_columns)


def test_rows_stand_in_the_newest_filing_s_order_and_periods_newest_first():
    grid = annual(make_filing("2032-02-01", ("Net sales", 10, 9), ("Cost of sales", 6, 5), ("Gross profit", 4, 4)))
    assert [(column.fiscal, column.start, column.end) for column in grid.columns] == [
        (FiscalLabel(2031), date(2031, 1, 1), date(2031, 12, 31)),
        (FiscalLabel(2030), date(2030, 1, 1), date(2030, 12, 31)),
    ]
    assert shown(grid) == [("Net sales", 10, 9), ("Cost of sales", 6, 5), ("Gross profit", 4, 4)]


def test_line_that_only_an_older_filing_has_stands_after_the_line_before_it():
    newer = make_filing("2032-02-01", ("Net sales", 10, 9), ("Gross profit", 4, 4))
    older = make_filing("2030-02-01", ("NET SALES", 8, 7), ("Cost of sales", 5, 5), ("Gross profit", 3, 2))
    grid = annual([*older, *newer])
    assert [column.fiscal.year for column in grid.columns] == [2031, 2030, 2029, 2028]
    assert shown(grid) == [
        ("Net sales", 10, 9, 8, 7),
        ("Cost of sales", None, None, 5, 5),
        ("Gross profit", 4, 4, 3, 2),
    ]


@pytest.mark.parametrize("name", ["concept", "item"])
def test_renamed_line_is_found_by_its_concept_or_item(name):
    newer = make_filing("2032-02-01", ("Revenue, net", 10, 9), **{name: "Revenue"})
    older = make_filing("2031-02-01", ("Net sales", 9, 8), **{name: "Revenue"})
    assert shown(annual([*older, *newer])) == [("Revenue, net", 10, 9, 8)]


def test_restated_figure_is_marked_and_the_earlier_one_kept():
    newer, older = make_filing("2032-02-01", ("Net sales", 10, 9)), make_filing("2031-02-01", ("Net sales", 8, 7))
    first, second, third = annual([*older, *newer]).rows[0].figures
    assert (first.is_restated, second.is_restated, third.is_restated) == (False, True, False)
    assert [(stored.fact.value, stored.source.title) for stored in second.earlier] == [(8_000_000, "10-K 2031-02-01")]
    assert second.others == ()


def test_rounded_figure_is_not_a_restatement():
    newer = make_filing("2032-02-01", ("Net sales", 10, 9), decimals=-6)
    older = make_filing("2031-02-01", ("Net sales", "9.0004", 7), decimals=-3)
    assert not annual([*older, *newer]).rows[0].figures[1].is_restated


def test_amendment_of_the_same_period_stands_beside_the_form_it_amends():
    form = make_filing("2032-02-01", ("Net sales", 10))
    amended = make_filing("2033-06-01", ("Net sales", 11), kind="10-K/A", years=[2031])
    (figure,) = annual([*form, *amended]).rows[0].figures
    assert (figure.shown.source.document_type, figure.earlier[0].source.document_type) == ("10-K/A", "10-K")


def again(stored, **changes):
    """Return the fact again, from another table of its document."""
    place = replace(stored.fact.place, table=2)
    return StoredFact(replace(stored.fact, **{"place": place, **changes}), 99, stored.source)


def test_figures_of_one_filing_that_disagree_are_both_kept():
    (first,) = make_filing("2032-02-01", ("Net sales", 10), concept="Revenues")
    other = again(first, value=Decimal(11_000_000), method=Method.TABLE)
    (figure,) = annual([first, other]).rows[0].figures
    assert (figure.shown, figure.others, figure.earlier, figure.is_restated) == (first, (other,), (), False)


def test_table_that_repeats_a_line_adds_no_row():
    (first,) = make_filing("2032-02-01", ("Net sales", 10))
    assert shown(annual([first, again(first)])) == [("Net sales", 10)]


def test_figure_of_two_items_is_one_row():
    (first,) = make_filing("2032-02-01", ("Loss per share, basic and diluted", 1), item="EarningsPerShareBasic")
    grid = annual([first, again(first, place=first.fact.place, item="EarningsPerShareDiluted")])
    assert shown(grid) == [("Loss per share, basic and diluted", 1)]
    assert grid.count() == 1


def test_lines_of_one_filing_with_one_label_and_different_figures_are_two_rows():
    both = make_filing("2032-02-01", ("Deferred taxes", 3), ("Other", 2), ("Deferred taxes", 4))
    assert shown(annual(both)) == [("Deferred taxes", 3), ("Other", 2), ("Deferred taxes", 4)]
    assert len(annual([both[0], again(both[0], value=Decimal(9_000_000))]).rows) == 2


def test_approved_figure_is_shown_and_rejected_one_left_out():
    newer, older = make_filing("2032-02-01", ("Net sales", 10, 9)), make_filing("2031-02-01", ("Net sales", 8))
    approved = [StoredFact(older[0].fact, 1, older[0].source, FactStatus.APPROVED)]
    figure = annual([*approved, *newer]).rows[0].figures[1]
    assert (figure.shown.fact.value, [other.fact.value for other in figure.others]) == (8_000_000, [9_000_000])
    rejected = [StoredFact(older[0].fact, 1, older[0].source, FactStatus.REJECTED)]
    assert annual([*rejected, *newer]).rows[0].figures[1].earlier == ()


def test_single_companies_of_the_group_are_left_out():
    parent = make_filing("2032-02-01", ("Net sales", 3), dimensions=(("entity", "Parent"),))
    assert annual(parent).rows == ()


def test_rows_of_equity_that_name_their_year_are_one_row():
    rows = [("Balance at December 31, 2030", None, 5), ("Net earnings", None, 2), ("Balance at December 31, 2031", 7)]
    grid = annual(make_filing("2032-02-01", *rows, ("Net earnings", 3), statement=EQUITY), EQUITY)
    assert shown(grid) == [("Balance at December 31, 2030", 7, 5), ("Net earnings", 3, 2)]


def test_instants_stand_in_the_column_of_the_period_that_they_end():
    facts = make_filing("2032-02-01", ("Cash", 5, 4), statement=BALANCE)
    quarter = StoredFact(
        make_fact("Cash", "3000000", period=Period(date(2031, 9, 30)), fiscal=FiscalLabel(2031, "Q3"), item=None,
                  concept=None, statement=BALANCE),
        9, facts[0].source,
    )  # fmt: skip

    def parts(periods):
        grid = build_grid(BALANCE, [*facts, quarter], periods=periods, most_columns=9)
        return [(column.fiscal.year, column.fiscal.part) for column in grid.columns]

    assert parts(Periods.ANNUAL) == [(2031, "FY"), (2030, "FY")]
    assert parts(Periods.QUARTERLY) == [(2031, "Q4"), (2031, "Q3"), (2030, "Q4")]
    assert parts(Periods.YEAR_TO_DATE) == [(2031, "FY"), (2031, "9M"), (2030, "FY")]


def test_newest_periods_are_shown_up_to_the_most_columns():
    grid = annual(make_filing("2032-02-01", ("Net sales", 3, 2, 1)), most_columns=2)
    assert shown(grid) == [("Net sales", 3, 2)]


def test_issuer_without_facts_has_an_empty_grid():
    grid = annual([])
    assert (grid.columns, grid.rows, grid.documents) == ((), (), ())


def test_time_to_merge_does_not_grow_with_the_square_of_the_lines():
    """A hostile filing can have any number of lines, all with the same label or each with its own."""
    for label in ("Other", "Line {}"):
        filing = make_filing("2032-02-01", *((label.format(row), row, row) for row in range(1, 4_000)))
        older = make_filing("2031-02-01", *((label.format(-row), row, row) for row in range(1, 1_000)))
        grid = within_cpu_seconds(2, partial(annual, [*filing, *older]))
        assert len(grid.rows) > 3_900


@pytest.mark.parametrize("step", [0, 1], ids=["the same", "others"])
def test_time_to_merge_repeated_figures_does_not_grow_with_their_square(step):
    """A hostile filing can repeat a line in any number of tables, with the same figure or with others."""
    (stored,) = make_filing("2032-02-01", ("Net sales", 1))
    fact = stored.fact
    repeated = [
        StoredFact(replace(fact, value=fact.value + 10**9 * step * n, place=Place(1, 0, 5, n, 1, 1)), n, stored.source)
        for n in range(1, 6_000)
    ]
    grid = within_cpu_seconds(4, lambda: annual(repeated))
    assert len(grid.rows) > 1


def test_balance_at_beginning_stands_in_the_column_of_the_period_that_it_opens():
    cash = StatementKind.CASH_FLOW
    facts = make_filing("2032-02-01", ("Net change in cash", 5, 3), statement=cash)
    opening = [
        replace(
            stored,
            fact=replace(
                stored.fact,
                label="Cash at beginning of year",
                label_path=("Cash at beginning of year",),
                period=Period(date(stored.fact.period.end.year - 1, 12, 31)),
                fiscal=FiscalLabel(stored.fact.period.end.year - 1),
                place=replace(stored.fact.place, row=2),
            ),
            number=stored.number + 2,
        )
        for stored in make_filing("2032-02-01", ("Cash", 12, 9), statement=cash)
    ]
    grid = annual([*facts, *opening], cash)
    assert [column.fiscal.year for column in grid.columns] == [2031, 2030]
    assert shown(grid) == [("Net change in cash", 5, 3), ("Cash at beginning of year", 12, 9)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Income from investments, net", "Income/(loss) from investments, net"),
        ("(Loss)/income from investments, net", "Income from investments, net"),
        ("Other expense (Note 12)", "Other expense"),
        ("Research & development", "Research and development (a)"),
        (("Costs:", "Fuel"), ("Costs (income)", "Fuel")),
    ],
)
def test_label_that_differs_by_sign_note_or_spelling_is_the_same_row(before, after):
    facts = make_filing("2032-02-01", (after, 12)) + make_filing("2031-02-01", (before, 11))
    assert [row[1:] for row in shown(annual(facts))] == [(12, 11)]


def test_renamed_line_is_found_by_the_figures_that_both_filings_state():
    newer = make_filing("2032-02-01", ("Fleet upkeep", 12, 11, 9), ("Other", 5, 4, 3))
    older = make_filing("2031-02-01", ("Vehicle costs", 11, 9, 8), ("Other", 4, 3, 2))
    assert shown(annual(newer + older)) == [("Fleet upkeep", 12, 11, 9, 8), ("Other", 5, 4, 3, 2)]


def test_lines_with_other_names_and_one_equal_figure_stay_apart():
    newer, older = make_filing("2032-02-01", ("Fuel", 12, 11)), make_filing("2031-02-01", ("Rent", 11, 10))
    assert [row[0] for row in shown(annual(newer + older))] == ["Rent", "Fuel"]


def test_figures_that_two_lines_share_identify_neither():
    newer = make_filing("2032-02-01", ("Basic earnings", 12, 11, 9), ("Diluted earnings", 12, 11, 9))
    older = make_filing("2031-02-01", ("Earnings", 11, 9, 8))
    assert len(annual(newer + older).rows) == 3


def test_tag_and_page_may_name_different_dimensions_of_one_row():
    tagged = make_filing("2032-02-01", ("Sales of goods", 12, 11), dimensions=(("product", "Product"),))
    printed = make_filing("2031-02-01", ("Sales of goods", 11, 10), dimensions=(("part", "Sales of goods"),))
    assert shown(annual(tagged + printed)) == [("Sales of goods", 12, 11, 10)]


def test_renamed_total_is_not_the_row_of_a_part():
    parts = ("Products", "Product"), ("Services", "Service")
    newer = [
        replace(
            stored,
            fact=replace(stored.fact, dimensions=tuple(("product", m) for n, m in parts if n == stored.fact.label)),
        )
        for stored in make_filing(
            "2032-02-01",
            ("Products", 6, 5),
            ("Services", 4, 4),
            ("Net sales", 10, 9),
            item="Revenue",
            concept="Revenues",
        )
    ]
    older = make_filing("2030-02-01", ("Total revenue", 8, 7), item="Revenue", concept="Revenues")
    assert shown(annual(newer + older)) == [
        ("Products", 6, 5, None, None),
        ("Services", 4, 4, None, None),
        ("Net sales", 10, 9, 8, 7),
    ]


@pytest.mark.parametrize(("gone", "kept"), [("Notes (2031)", "Notes (2040)"), ("Stock (A)", "Stock (B)")])
def test_exact_label_wins_over_one_that_differs_in_brackets(gone, kept):
    newer = make_filing("2032-02-01", (kept, 6, 5))
    older = make_filing("2030-02-01", (gone, 8, 7), (kept, 4, 3))
    assert sorted(shown(annual(newer + older))) == [(gone, None, None, 8, 7), (kept, 6, 5, 4, 3)]


def test_year_in_brackets_distinguishes_lines():
    newer, older = (
        make_filing(filed, (label, 6))
        for filed, label in (("2032-02-01", "Notes (2040)"), ("2031-02-01", "Notes (2031)"))
    )
    assert len(annual(newer + older).rows) == 2

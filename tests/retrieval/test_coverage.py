"""Tests of the periods that documents report on."""

from datetime import date

import pytest

from app.quantities.asked_periods import parse_asked_periods
from app.retrieval.questions.coverage import Coverage, Reported


def reported(kind: str, year: int | None, period: str | None = "FY", end: date | None = None) -> Reported:
    return Reported(kind, year, period, end, None)


ANNUAL = reported("10-K", 2022, "FY", date(2023, 1, 28))
QUARTERLY = reported("10-Q", 2023, "Q1", date(2023, 4, 29))


def test_years_count_by_label_and_by_end() -> None:
    coverage = Coverage.of(
        [ANNUAL, QUARTERLY, reported("8-K", None), Reported("8-K", None, None, None, date(2024, 3, 1))]
    )
    assert coverage.years == (2022, 2023, 2024)
    assert coverage.quarters == ((1, 2023),)
    assert coverage.reach == frozenset(range(2017, 2026))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("net sales in FY2023", ()),
        ("net sales in FY2018", ()),
        ("guidance for FY2024", ()),
        ("net sales in FY2016 and FY2022", ("fiscal 2016",)),
        ("net sales in Q3 2030", ("Q3 2030",)),
        ("net sales in 2030", ("fiscal 2030",)),
        ("net debt that matures in 2030", ()),
        ("net sales", ()),
    ],
)
def test_missing_periods(question: str, missing: tuple[str, ...]) -> None:
    coverage = Coverage.of([ANNUAL, QUARTERLY])
    assert coverage.list_missing(parse_asked_periods(question), question, wants_figure=True) == missing


def test_nothing_is_missing_where_no_document_states_its_period() -> None:
    coverage = Coverage.of([reported("credit-agreement", None, None)])
    assert coverage.list_missing(parse_asked_periods("net sales in FY2031"), "", wants_figure=True) == ()


def test_unlabelled_year_counts_only_for_figures() -> None:
    asked = parse_asked_periods("What is planned for 2031?")
    assert Coverage.of([ANNUAL]).list_missing(asked, "What is planned for 2031?", wants_figure=False) == ()


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("In which countries does Quillon operate as of 1995?", ("fiscal 1995",)),
        ("Who audits the statements as of the end of 1995?", ("fiscal 1995",)),
        ("What is the topic of the 8-K dated 1st July 1995?", ("fiscal 1995",)),
        ("What does the report for the year ended December 31, 1995 say of risks?", ("fiscal 1995",)),
        ("In which countries does Quillon operate as of 2018?", ()),
        # Histories and maturities name years that no report covers.
        ("Was Quillon founded in 1995?", ()),
        ("Which notes are outstanding as of maturity in 2049?", ()),
    ],
)
def test_state_at_a_date_before_all_documents_is_missing(question: str, missing: tuple[str, ...]) -> None:
    coverage = Coverage.of([ANNUAL, QUARTERLY])
    assert coverage.list_missing(parse_asked_periods(question), question, wants_figure=False) == missing

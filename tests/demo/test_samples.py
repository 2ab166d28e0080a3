"""The sample documents: their statements add up, their prose states the same figures, and their bytes never change."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from evals.datasets.samples import figures as f
from evals.datasets.samples import statements as s
from evals.datasets.samples.figures import Line
from evals.datasets.samples.writing import write_samples


def newest(lines: list[Line]) -> dict[str, Decimal]:
    return {line.label: line.amounts[0] or Decimal(0) for line in lines}


def test_balance_sheet_balances_in_every_year() -> None:
    assert f.ASSETS == f.LIABILITIES_AND_EQUITY


def test_opening_cash_equals_closing_cash_of_the_previous_year() -> None:
    assert f.CASH_BEGIN[:2] == f.CASH_END[1:]


def test_segments_add_up_to_operating_income() -> None:
    parts = f.total(f.INCOME_CONTAINERS, f.INCOME_FILMS, f.INCOME_SPECIALTY, f.CORPORATE, f.negative(f.RESTRUCTURING))
    assert parts == f.OPERATING_INCOME


def test_retained_earnings_change_by_net_income_less_dividends() -> None:
    assert f.RETAINED[0] == f.RETAINED[1] + f.NET_INCOME[0] + f.DIVIDENDS[0]


def test_debt_rolls_forward_and_maturities_add_up() -> None:
    assert f.PRINCIPAL[0] == f.PRINCIPAL[1] + f.BORROWED[0] + f.REPAID[0]
    assert sum(amount for _, amount in f.MATURITIES) == f.PRINCIPAL[0]


def test_uses_of_proceeds_equal_net_proceeds() -> None:
    lines = newest(s.proceeds())
    assert lines["Net proceeds"] == lines["Total uses"] == Decimal("391.5")


def test_capitalisation_adds_up_actual_and_as_adjusted() -> None:
    lines = {line.label: line.amounts for line in s.capitalisation()}
    for column in (0, 1):
        debt = [amounts[column] or 0 for label, amounts in lines.items() if "due 20" in label or label == "Other debt"]
        assert sum(debt) == lines["Total debt"][column]


@pytest.mark.parametrize(
    "statement", [s.income_statement, s.balance_sheet, s.cash_flow_statement, s.debt_schedule, s.adjusted_ebitda]
)
def test_every_line_has_an_amount_for_every_year(statement: Callable[[], list[Line]]) -> None:
    assert len({len(line.amounts) for line in statement()}) == 1


def test_samples_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    digests = [
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in write_samples(tmp_path / name)]
        for name in ("first", "second")
    ]
    assert digests[0] == digests[1]


def test_prose_states_the_figures_of_the_statements(tmp_path: Path) -> None:
    annual, offering = write_samples(tmp_path)
    texts = [
        " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(p).pages) for p in (annual, offering)
    ]
    assert len(pypdf.PdfReader(annual).pages) >= 12
    for figure in (
        f"Net sales were ${f.SALES[0]:,}",
        f"Net income was ${f.NET_INCOME[0]}",
        f"ratio was {f.NET_LEVERAGE} to",
    ):
        assert figure in texts[0]
    assert f"${f.DILUTED_EPS[0]} per diluted share" in texts[0]
    assert f"net proceeds of this offering will be ${f.NET_PROCEEDS} million" in texts[1]

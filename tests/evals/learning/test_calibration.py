"""Calibration of models' probabilities, on made-up answers."""

import numpy as np
import pytest

from app.facts.model import StatementKind
from evals.learning.calibration import LeftOut, fit_clarity
from evals.learning.training import Answers, Row


def _left_out(statement: StatementKind, shares: dict[str, float], folds: int = 6) -> LeftOut:
    """Return answers that are right as often as `shares` says, 60 of each name in each fold."""
    parts = []
    for _ in range(folds):
        names = tuple(name for name in shares for _ in range(60))
        right = np.array([number < 60 * share for share in shares.values() for number in range(60)])
        rows = tuple(Row(0, number, (), name, known=True) for number, name in enumerate(names))
        parts.append(Answers(rows, names, np.ones((len(names), 1)), right))
    return LeftOut.of(statement, parts)


def test_names_that_are_often_wrong_are_less_certain() -> None:
    clarity = fit_clarity([_left_out(StatementKind.INCOME, {"NetIncome": 0.95, "OtherIncome": 0.3})])
    sure, unsure, new = clarity[StatementKind.INCOME].probabilities(
        np.ones((3, 1)), ["NetIncome", "OtherIncome", "Never seen"]
    )
    assert sure == pytest.approx(0.95, abs=0.03)
    assert unsure == pytest.approx(0.3, abs=0.05)
    assert unsure < new < sure


def test_a_statement_of_equity_does_not_change_the_others() -> None:
    income = _left_out(StatementKind.INCOME, {"NetIncome": 0.9, "Revenue": 0.8})
    equity = _left_out(StatementKind.EQUITY, {"DividendsEquity": 0.2, "NetIncome": 0.1})
    together = fit_clarity([income, equity])
    assert together[StatementKind.INCOME] == fit_clarity([income])[StatementKind.INCOME]
    assert together[StatementKind.EQUITY] == fit_clarity([equity])[StatementKind.EQUITY]


def test_answers_of_a_fold_do_not_count_in_its_own_calibration() -> None:
    shares = {"NetIncome": 0.9, "Revenue": 0.5}
    changed = _left_out(StatementKind.INCOME, shares)
    changed.answers.right[changed.folds == 2] = False
    left, whole = (fit_clarity([part], 2) for part in (changed, _left_out(StatementKind.INCOME, shares)))
    assert left == whole
    assert [len(changed.of_fold(fold).rows) for fold in range(6)] == [120] * 6

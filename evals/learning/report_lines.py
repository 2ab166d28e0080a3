"""Learn how certain the lines of reports are: `python -m evals.learning.report_lines --data FOLDER`.

The folder has `labels/tables.jsonl` and `filings/`. Each filing is read without its tags, with a model of line items
that has not seen its company. The weights of a logistic curve (`workers.extraction.fields.report.certainty`) are
printed, and how many of the values above each confidence are right: in sample, and with companies left out.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import scipy  # its submodules are loaded on first use
from numpy.typing import NDArray

from app.facts.model import Method
from app.review.schemas.definition import shipped_schema
from evals.environment.fact_reading import facts_of
from evals.environment.filed_reports import ROLES, FiledCase, load_filed
from evals.environment.reading import read_document
from evals.learning.left_out import ensure_left_out
from evals.scoring.report_fields import Outcome, TaggedReport, Which, judge_line
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.report.certainty import bounded, is_repeated, log_odds
from workers.extraction.fields.report.lines import readings_of
from workers.extraction.fields.report.statement import item_of, lines_of, period_of

FOLDS = 6
_PENALTY = 0.05
_POINTS = (0.9, 0.95, 0.98, 0.99, 0.995)

Floats = NDArray[np.float64]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args(arguments).data
    with TemporaryDirectory() as folder:
        place = Path(folder)
        cases = [case for case in load_filed(data / "filings") if case.filing.facts]
        paths = {case.id: place / f"{case.id}.html" for case in cases}
        for case in cases:
            paths[case.id].write_bytes(case.filing.read_plain())
        models = ensure_left_out(data / "labels" / "tables.jsonl", data / "filings", place, place / "models")
        read = [(case, read_fields(case, paths[case.id], models[case.filing.company])) for case in cases]
    companies = np.array([case.filing.company for case, own in read for _ in own])
    rows = np.array([features for _, own in read for features, _ in own])
    right = np.array([is_right for _, own in read for _, is_right in own], dtype=np.float64)
    weights = fit(rows, right)
    sys.stdout.write(f"{len(right)} values, {int((1 - right).sum())} wrong; weights {np.round(weights, 2).tolist()}\n")
    report("in sample", predict(rows, weights), right)
    names = sorted(set(companies))
    unseen = np.zeros(len(right))
    for fold in range(FOLDS):
        out = np.isin(companies, names[fold::FOLDS])
        unseen[out] = predict(rows[out], fit(rows[~out], right[~out]))
    report("companies left out", unseen, right)


def read_fields(case: FiledCase, path: Path, model: Path) -> list[tuple[tuple[float, ...], bool]]:
    """Return the features of each line that is found in a statement, and whether its value is right."""
    read = read_document(path)
    document = ReadDocument(read.parsed, read.tables, facts_of(read, model), read.metadata)
    report_of = TaggedReport(case.filing.facts, case.filing.elsewhere)
    lines = lines_of(document)
    found: list[tuple[tuple[float, ...], bool]] = []
    for spec in shipped_schema(case.kind).fields:
        item = item_of(spec) if spec.rule in ROLES else None
        if item is None:
            continue
        role = ROLES[spec.rule or ""]
        period = period_of(lines, item, role)
        readings = () if period is None else readings_of(item, period, lines.by_item.get(item.name, ()))
        if not readings or readings[0].best.method is Method.TABLE or not readings[0].is_own:
            continue
        best = readings[0]
        outcome = judge_line(report_of.line(item, Which(role.value)), best.value, period)
        if outcome is not Outcome.NOTHING:
            features = (1.0, log_odds(bounded(best.best.confidence)), float(is_repeated(best)))
            found.append((features, outcome is Outcome.RIGHT))
    return found


def fit(rows: Floats, right: Floats) -> Floats:
    """Return the weights of a logistic regression with a small penalty on all but the first."""

    def loss(weights: Floats) -> float:
        return float(np.logaddexp(0, (1 - 2 * right) * (rows @ weights)).sum() + _PENALTY * (weights[1:] ** 2).sum())

    found: Floats = scipy.optimize.minimize(loss, np.zeros(rows.shape[1])).x
    return found


def predict(rows: Floats, weights: Floats) -> Floats:
    found: Floats = scipy.special.expit(rows @ weights)
    return found


def report(name: str, confidence: Floats, right: Floats) -> None:
    """Print the share of right values from each confidence on."""
    error = float(((confidence - right) ** 2).mean())
    sys.stdout.write(f"{name}: Brier score {error:.4f}\n")
    for point in _POINTS:
        chosen = confidence >= point
        if chosen.any():
            share, wrong = chosen.mean(), int((1 - right[chosen]).sum())
            sys.stdout.write(
                f"  from {point}: {share:.3f} of values, {right[chosen].mean():.4f} right, {wrong} wrong\n"
            )


if __name__ == "__main__":
    main(sys.argv[1:])

"""Learn which sentences direct the writer of an answer: `python -m evals.learning.directing --data FOLDER`.

The folder has `filings/`, `contracts/` and `injection/`. The report has figures in sample, and with kinds of
instructions and files left out.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.answers.verification.directing import NAMES, SURE, ideas_of
from evals.learning.directing.examples import Example, list_examples
from evals.learning.regression import Floats, fit_logistic

WEIGHTS = Path("app/answers/verification/directing.json")
_FOLDS = 8
# Instructions and the ordinary sentences written for this purpose are few: each counts as several.
_TIMES_DIRECTING, _TIMES_ORDINARY = 3, 5

Truths = NDArray[np.bool_]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="evals.learning.directing")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    examples = list_examples(options.data)
    rows = np.array([_row(example.text) for example in examples])
    directs = np.array([example.directs for example in examples])
    times = np.array([_times(example) for example in examples])
    weights = _fit(rows, directs, times)
    _report("in sample", examples, _judge(rows, weights))
    groups = sorted({example.group for example in examples})
    folds = np.array([groups.index(example.group) % _FOLDS for example in examples])
    left_out = np.zeros(len(examples))
    for fold in range(_FOLDS):
        kept = folds != fold
        left_out[~kept] = _judge(rows[~kept], _fit(rows[kept], directs[kept], times[kept]))
    _report("kinds and files left out", examples, left_out)
    _report_kinds(examples, left_out)
    named = {name: round(float(weight), 3) for name, weight in zip(NAMES, weights, strict=True)}
    options.weights.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def _row(text: str) -> list[float]:
    ideas = ideas_of(text)
    return [float(name in ideas) for name in NAMES]


def _times(example: Example) -> int:
    if example.directs:
        return _TIMES_DIRECTING
    return _TIMES_ORDINARY if example.is_written else 1


def _fit(rows: Floats, directs: Truths, times: NDArray[np.int64]) -> Floats:
    places = np.repeat(np.arange(len(rows)), times)
    return fit_logistic(rows[places], directs[places])


def _judge(rows: Floats, weights: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(rows @ weights))))


def _report(title: str, examples: Sequence[Example], judged: Floats) -> None:
    parts = {
        "instructions caught": [p for e, p in zip(examples, judged, strict=True) if e.directs],
        "written ordinary sentences blanked": [
            p for e, p in zip(examples, judged, strict=True) if not e.directs and e.is_written
        ],
        "printed sentences blanked": [p for e, p in zip(examples, judged, strict=True) if not e.is_written],
    }
    counts = (f"{name} {sum(p >= SURE for p in part)} of {len(part)}" for name, part in parts.items())
    print(f"{title}: {', '.join(counts)}")  # noqa: T201  the report


def _report_kinds(examples: Sequence[Example], judged: Floats) -> None:
    for group in sorted({example.group for example in examples if example.directs}):
        own = [p for e, p in zip(examples, judged, strict=True) if e.group == group]
        print(f"  {group}: {sum(p >= SURE for p in own)} of {len(own)}")  # noqa: T201  the report


if __name__ == "__main__":
    main(sys.argv[1:])

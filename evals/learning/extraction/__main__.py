"""Learn the confidences of field rules: `python -m evals.learning.extraction --data FOLDER [--data FOLDER …]`.

Each folder has labels (`evals.datasets.extraction`). It prints, with each document left out and in sample, the share
of right readings by confidence, and writes `confidences.json`. Confidences of rules that the folders do not teach are
kept. `first_sight.json` is learnt, too: readings of 20 contracts at first sight, before what was wrong in them was
mended. The labelled contracts were looked at while the rules were written: their readings alone promise too much.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from evals.datasets.extraction import DOCUMENTS, load_labels
from evals.environment.fields import read_fields
from evals.environment.reading import reading_pool
from evals.learning.extraction.fitting import Lesson, fit, fit_left_out
from evals.learning.extraction.lessons import lessons_of
from workers.extraction.fields.grading import Confidences

CONFIDENCES = Path("workers/extraction/fields/confidences.json")
_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0001)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="evals.learning.extraction")
    parser.add_argument("--data", type=Path, required=True, action="append")
    parser.add_argument("--out", type=Path, default=CONFIDENCES)
    options = parser.parse_args(arguments)
    lessons = load_first_sight()
    for folder in options.data:
        schema, labels = load_labels(folder)
        names = sorted({label.document for label in labels})
        with reading_pool() as pool:
            paths = [folder / DOCUMENTS / name for name in names]
            for general in (False, True):
                read = pool.map(read_fields, paths, [schema.schema] * len(names), [general] * len(names))
                lessons += lessons_of(schema, labels, dict(zip(names, read, strict=True)))
    learnt = fit(lessons)
    known = json.loads(options.out.read_text()) if options.out.exists() else {}
    written = dict(sorted({**known, **{name: encode(each) for name, each in learnt.items()}}.items()))
    options.out.write_text(json.dumps(written, indent=1) + "\n")
    for line in report(lessons):
        print(line)  # noqa: T201  the report


def load_first_sight() -> list[Lesson]:
    """Return the readings that were recorded at first sight."""
    text = (files("evals.learning.extraction") / "first_sight.json").read_text(encoding="utf-8")
    return [Lesson(**each) for each in json.loads(text)]


def encode(confidences: Confidences) -> dict[str, object]:
    if confidences.curve is not None:
        return {"curve": list(confidences.curve)}
    return {"grades": dict(confidences.grades), "other": confidences.other}


def report(lessons: Sequence[Lesson]) -> list[str]:
    """Return the share of right readings by confidence, with each document left out, and in sample."""
    apart, whole = fit_left_out(lessons), fit(lessons)
    lines = [f"{len(lessons)} readings of {len(apart)} documents"]
    for title, of in (("left out", apart), ("in sample", dict.fromkeys(apart, whole))):
        judged = [_judge(lesson, of[lesson.document]) for lesson in lessons]
        for low, high in pairwise(_BINS):
            inside = [(sure, right) for sure, right in judged if low <= sure < high]
            if inside:
                mean = sum(sure for sure, _ in inside) / len(inside)
                share = sum(right for _, right in inside) / len(inside)
                lines.append(
                    f"{title}: confidence {low:.2f} to {min(high, 1):.2f}: {len(inside)} readings, "
                    f"mean {mean:.3f}, right {share:.3f}"
                )
    return lines


def _judge(lesson: Lesson, learnt: Mapping[str, Confidences]) -> tuple[float, bool]:
    """Return the confidence of a reading, and whether it is right."""
    sure = learnt.get(lesson.learnt_as, Confidences()).of(lesson.grade, lesson.score)
    if lesson.score is None:
        return sure, lesson.right
    return max(sure, 1 - sure), (sure >= 0.5) == lesson.right


if __name__ == "__main__":
    main(sys.argv[1:])

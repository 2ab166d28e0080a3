"""Make the data file of the model of line items, and print how good it is: `python -m evals.learning --data FOLDER`.

The folder has `labels/tables.jsonl` and `filings/` (`evals/learning/label_tables.py`, `evals/learning/filings.py`).
`--printed` names a folder with the filings printed to PDF, to learn from and to measure on. Each figure is printed for
companies left out (six folds over companies) and in sample.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.facts.items.clarity import CONCEPT, ITEM, Clarity
from app.facts.items.model import StatementModel
from evals.datasets.ixbrl import is_inline_xbrl, strip_tags
from evals.environment.reading import read_document
from evals.learning.examples import Example, Source
from evals.learning.filings import read_examples
from evals.learning.label_tables import read_label_tables
from evals.learning.made_statements import read_made_statements
from evals.learning.measuring import Judged, judge, judge_with, report
from evals.learning.training import FOLDS, Lesson, answer, compress, lessons_of, train

MODEL = Path("app/facts/items/model.npz")
LEAST = {ITEM: 0.7, CONCEPT: 0.6}
"""The least calibrated probability of an item or a concept that a row is given."""
NO_CLARITY = {level: Clarity([], [], []) for level in (ITEM, CONCEPT)}


@dataclass(frozen=True)
class Learnt:
    """The model of a statement, and how its answers were judged."""

    model: StatementModel
    left_out: list[Judged]
    in_sample: list[Judged]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="evals.learning")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--printed", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    options = parser.parse_args(arguments)
    examples = [*read_label_tables(options.data / "labels" / "tables.jsonl")]
    examples += read_filings(options.data / "filings", options.printed)
    examples += read_made_statements()
    lessons = lessons_of(examples)
    with ProcessPoolExecutor(2) as pool:
        learnt = list(pool.map(learn, lessons))
    write_model(options.model, lessons, learnt)
    print(f"{options.model}: {options.model.stat().st_size:,} bytes, {len(examples)} statements")  # noqa: T201  the report
    for line in report([each.left_out for each in learnt], [each.in_sample for each in learnt], LEAST):
        print(line)  # noqa: T201  the report


def read_filings(folder: Path, printed: Path | None) -> Iterator[Example]:
    """Yield the examples of tagged filings, read without their tags: as HTML, and as PDF if `printed` has them."""
    with tempfile.TemporaryDirectory() as place:
        for path in sorted(folder.glob("*.html")):
            if not is_inline_xbrl(path):
                continue
            plain = Path(place) / path.name
            plain.write_bytes(strip_tags(path.read_bytes(), path.name))
            yield from read_examples(path, Source.HTML, read_document(plain))
            pdf = None if printed is None else printed / f"{path.stem}.pdf"
            if pdf is not None and pdf.exists():
                yield from read_examples(path, Source.PDF, read_document(pdf))


def learn(lesson: Lesson) -> Learnt:
    """Learn the model of one statement. Its clarity is fitted on companies left out."""
    parts = [answer(lesson, compress(lesson, train(lesson, fold), NO_CLARITY), fold) for fold in range(FOLDS)]
    clarity, left_out = {}, []
    for level in (ITEM, CONCEPT):
        fitted, judged = judge(lesson, level, [part[level] for part in parts])
        clarity[level] = fitted
        left_out += judged
    model = compress(lesson, train(lesson), clarity)
    in_sample = []
    for level, own in answer(lesson, model).items():
        in_sample += judge_with(lesson, level, own, clarity[level])
    return Learnt(model, left_out, in_sample)


def write_model(path: Path, lessons: Sequence[Lesson], learnt: Sequence[Learnt]) -> None:
    """Write the models of all statements into one file."""
    arrays: dict[str, NDArray[Any]] = {}
    described = {}
    for lesson, each in zip(lessons, learnt, strict=True):
        name = lesson.statement.value
        described[name] = {
            "classes": each.model.classes,
            "clarity": {level: asdict(clarity) for level, clarity in each.model.clarity.items()},
        }
        arrays[f"{name}/vocabulary"] = np.frombuffer("\n".join(each.model.vocabulary).encode(), dtype=np.uint8)
        arrays[f"{name}/weights"] = each.model.weights
        arrays[f"{name}/scales"] = each.model.scales
    text = json.dumps({"statements": described, "least": LEAST}, sort_keys=True)
    arrays["described"] = np.frombuffer(text.encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main(sys.argv[1:])

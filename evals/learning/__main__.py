"""Make the data file of the model of line items, and print how good it is: `python -m evals.learning --data FOLDER`.

The folder has `labels/tables.jsonl` and `filings/` (`evals/learning/label_tables.py`, `evals/learning/filings.py`).
`--printed` names a folder with the filings printed to PDF, to learn from and to measure on. Each figure is printed for
companies left out (six folds over companies) and in sample.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.datasets.ixbrl import is_inline_xbrl, strip_tags
from evals.environment.reading import read_document
from evals.learning.examples import Example, Source
from evals.learning.filings import read_examples
from evals.learning.label_tables import read_label_tables
from evals.learning.learning import LEAST, learn, write_model
from evals.learning.made_statements import read_made_statements
from evals.learning.measuring import report
from evals.learning.training import lessons_of

MODEL = Path("app/facts/items/model.npz")


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
    learnt = learn(lessons)
    write_model(options.model, [each.model for each in learnt])
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


if __name__ == "__main__":
    main(sys.argv[1:])

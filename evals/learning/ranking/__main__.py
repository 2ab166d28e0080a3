"""Learn the ranker's weights and print how good they are: `python -m evals.learning.ranking --data FOLDER`.

The folder has filings in `filings/` and `financebench/pdfs/` (other files in them are left out). Figures are printed
for companies left out (four folds) and in sample; `--ablation` leaves out each part in turn.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.candidates import Floats
from app.retrieval.ranker import SIGNALS
from evals.learning.ranking.asking import ask
from evals.learning.ranking.fitting import fit, lesson_of, shortened
from evals.learning.ranking.library import ReadFiling, index_filings, read_filings
from evals.learning.ranking.made_questions import make_questions
from evals.learning.ranking.measuring import Figures, ablation, measure, score_left_out

WEIGHTS = Path("app/retrieval/ranker.json")
_FOLDERS = ("filings", "financebench/pdfs")
_SUFFIXES = (".html", ".pdf")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="evals.learning.ranking")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--ablation", action="store_true")
    options = parser.parse_args(arguments)
    paths = [path for folder in _FOLDERS for path in sorted((options.data / folder).iterdir())]
    learn(
        read_filings([path for path in paths if path.suffix in _SUFFIXES]),
        options.weights,
        with_ablation=options.ablation,
    )


def learn(filings: Sequence[ReadFiling], place: Path, *, with_ablation: bool) -> None:
    """Make questions of the filings, write the weights to `place`, and print the report."""
    embedder = WordLlamaEmbedder()
    indexed = index_filings(filings, embedder)
    lessons = [lesson_of(asked) for asked in ask(indexed, make_questions(indexed), embedder)]
    chance = np.random.default_rng(0)
    short = [shortened(lesson, chance) for lesson in lessons]
    weights = fit(short)
    write_weights(place, weights)
    companies = len({each.company for each in indexed})
    _print(
        f"{place}: {len(SIGNALS)} weights, {len(lessons):,} questions, {len(indexed)} filings, {companies} companies"
    )
    _report("companies left out", measure(lessons, score_left_out(short, lessons, start=weights)))
    _report("in sample", measure(lessons, [lesson.rows @ weights for lesson in lessons]))
    if with_ablation:
        _report("companies left out, without", dict(ablation(short, lessons, weights)))


def write_weights(path: Path, weights: Floats) -> None:
    """Write the weights by name."""
    named = {name: round(float(weight), 4) for name, weight in zip(SIGNALS, weights, strict=True)}
    path.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def _report(title: str, figures: Mapping[str, Figures]) -> None:
    _print(f"\n{title}")
    for name, own in sorted(figures.items()):
        _print(f"  {name:<40} {own}")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201  the report


if __name__ == "__main__":
    main(sys.argv[1:])

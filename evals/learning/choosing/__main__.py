"""Learn which sentence answers a question: `python -m evals.learning.choosing --data FOLDER [--newcomer FOLDER …]`.

The folder has `tatqa/`. The newcomer suite's own development half always counts; `--newcomer` adds
the development halves of other sets in its format. Figures are printed with companies and documents left out, and in
sample.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.relevance.cross_encoder import built_in_reader
from app.retrieval.filters import SearchFilters
from app.stack.home import Home
from evals.datasets.newcomer.writing import write_newcomer
from evals.environment.answering import build_asking
from evals.environment.provenance import digest_folder
from evals.environment.stacks import Stacks
from evals.environment.store import Store, home_name, open_store
from evals.learning.choosing.fitting import (
    Outcome,
    answers_left_out,
    choose,
    choose_left_out,
    find_least,
    fit,
    names_of,
)
from evals.learning.choosing.lessons import Lesson, WatchedWriter, Worth, lesson_of
from evals.learning.choosing.questions import QuestionSet, context_set, newcomer_set

WEIGHTS = Path("app/answers/writing/choosing.json")
MODES = {"read": True, "unread": False}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="evals.learning.choosing")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--newcomer", type=Path, action="append", default=[])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        own = write_newcomer(Path(folder))
        sets = [newcomer_set(each) for each in (own, *options.newcomer)]
        sets.append(context_set(options.data / "tatqa"))
        lessons = list(ask(sets, options.home))
    options.weights.write_text(json.dumps(learn(lessons), indent=1) + "\n", encoding="utf-8")


def ask(sets: Sequence[QuestionSet], homes: Path) -> Iterator[Lesson]:
    """Ask the questions of all sets, and yield their lessons. The documents are kept in `homes`."""
    with Stacks(notify=_print) as stacks:
        for each in sets:
            home = Home.at(homes / home_name(digest_folder(each.data)))
            with open_store(stacks.on(home), each.files, notify=_print) as store:
                yield from _ask(each, store)


def _ask(questions: QuestionSet, store: Store) -> Iterator[Lesson]:
    writer = WatchedWriter(reader=built_in_reader(), embedder=WordLlamaEmbedder())
    asking = build_asking(store.database, chat=None, built_in=writer)
    documents = {name: document for document, names in store.files.items() for name in names}
    for made in questions.questions:
        filters = SearchFilters() if made.document is None else SearchFilters(document_ids=(documents[made.document],))
        asking.ask(store.principal, made.question, filters)
        reading = writer.take()
        if reading is not None and reading.texts.units:
            left_out = made.left_out or str(reading.texts.units[0].passage.issuer)
            lesson = lesson_of(reading, made.judge, source=made.source, left_out=left_out)
            if lesson is not None:
                yield lesson


def learn(lessons: Sequence[Lesson]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the weights and the least certainties with a reader and without, and print the report."""
    learnt = {}
    for mode, is_read in MODES.items():
        names = names_of(lessons, is_read=is_read)
        weights, left_out = fit(lessons, names), choose_left_out(lessons, names)
        own = choose(lessons, names, weights)
        least = find_least(left_out)
        _report(f"{mode}, companies and documents left out", left_out, answers_left_out(left_out))
        _report(f"{mode}, in sample", own, [each.certainty >= least[each.lesson.writer] for each in own])
        named = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
        learnt[mode] = {"weights": named, "least": least}
        _print(f"points of {mode}: {least}")
    return learnt


_COLUMNS = ("questions", "with a right one", "chosen right", "answered", "of these right", "of these wrong")


def _report(title: str, outcomes: Sequence[Outcome], answered: Sequence[bool]) -> None:
    _print(f"\n{title}\n  {'':<24}{'  '.join(_COLUMNS)}")
    pairs = list(zip(outcomes, answered, strict=True))
    for source, writer in sorted({(each.lesson.source, each.lesson.writer) for each in outcomes}):
        own = [pair for pair in pairs if (pair[0].lesson.source, pair[0].lesson.writer) == (source, writer)]
        given = [outcome for outcome, is_answered in own if is_answered]
        counts = (
            len(own),
            sum(any(each.lesson.right) for each, _ in own),
            sum(each.is_right for each, _ in own),
            len(given),
            sum(each.is_right for each in given),
            sum(each.worth is Worth.WRONG for each in given),
        )
        cells = (f"{count:>{len(column)}}" for count, column in zip(counts, _COLUMNS, strict=True))
        _print(f"  {source:<10}  {writer:<12}{'  '.join(cells)}")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201  the report


if __name__ == "__main__":
    main(sys.argv[1:])

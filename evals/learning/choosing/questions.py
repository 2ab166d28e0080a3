"""Questions with right sentences: newcomer sets, and table contexts with their paragraphs.

A question is asked of all documents of its set, or of one document. Questions about a context are asked of another one
too, where no sentence is right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.answers.writing.kind_writer import Reading
from app.answers.writing.lists import list_items
from app.answers.writing.said import Said
from evals.datasets.files import read_rows, require_file
from evals.datasets.newcomer.questions import Half, NewcomerCase, documents_of, load_newcomer
from evals.learning.choosing.lessons import Judge, Worth
from evals.scoring.newcomer import Seen, grade_newcomer

NEWCOMER, CONTEXTS = "newcomer", "contexts"
_MOST_ITEMS = 12


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question of a set, asked of the file `document` alone, or of all files if it is None. `left_out` names what is
    left out together, or is None where the issuer of the first candidate is.
    """

    source: str
    question: str
    judge: Judge
    document: str | None = None
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Files that are read together, and the questions about them."""

    data: Path
    files: Sequence[Path]
    questions: Sequence[MadeQuestion]


def newcomer_set(folder: Path) -> QuestionSet:
    """Return the questions of the development half of a newcomer set."""
    cases = [case for case in load_newcomer(folder) if case.half is Half.DEVELOPMENT]
    return QuestionSet(folder, documents_of(folder), [MadeQuestion(NEWCOMER, c.question, _of_case(c)) for c in cases])


def context_set(folder: Path) -> QuestionSet:
    """Return the questions for spans of TAT-QA, each asked of its own context, and every second one of another, too."""
    rows = [row for _, row in read_rows(require_file(folder, "questions.jsonl")) if "span" in row["answer_type"]]
    files = sorted(require_file(folder, "documents").iterdir())
    names = [Path(row["document"]).name for row in rows]
    made = []
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        judge = _has_all([_plain(text) for text in row["answer"]])
        made.append(MadeQuestion(CONTEXTS, row["question"], judge, name, name))
        other = next(other for other in names[(number + _FAR) % len(names) :] + names if other != name)
        if number % 2 == 0:
            made.append(MadeQuestion(CONTEXTS, row["question"], judge, other, name))
    return QuestionSet(folder, files, made)


_FAR = 37


_WORTHS = {Seen.RIGHT_FIRST: Worth.RIGHT, Seen.WRONG: Worth.WRONG, Seen.ANSWERED: Worth.WRONG}


def _of_case(case: NewcomerCase) -> Judge:
    def judge(reading: Reading, said: Said) -> Worth:
        texts = [said.text]
        if case.is_list:
            texts += [item.text for item in list_items(reading, said)[:_MOST_ITEMS]]
        elif case.says is not None:
            texts = [f"{case.says}: {said.text}"]
        return _WORTHS.get(grade_newcomer(case, texts).seen, Worth.USELESS)

    return judge


def _has_all(answers: Sequence[str]) -> Judge:
    def judge(_reading: Reading, said: Said) -> Worth:
        return Worth.RIGHT if all(answer in _plain(said.text) for answer in answers) else Worth.WRONG

    return judge


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9%.]+", " ", text.lower()).strip()

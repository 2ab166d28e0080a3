"""Reads the questions of TAT-QA whose answer is one figure: arithmetic, and single spans that are a figure.

A span is a figure if it has one number and at most six words, and is not a year alone. The answer's `scale` applies to
its number; a scale or a percent sign in the span itself comes first.

Source: TAT-QA (Zhu et al. 2021), one row of `questions.jsonl` per question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from evals.datasets.files import DatasetError, read_rows, require_file
from evals.datasets.tatqa import DOCUMENTS, PERCENT, QUESTIONS, SCALES

ARITHMETIC, SPAN = "arithmetic", "span"
_MOST_WORDS = 6
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|(?<!\d)\.\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PERCENT_WORD = re.compile(r"%|\bper\s?cent", re.IGNORECASE)
_SCALE_WORD = re.compile(r"\b(thousand|million|billion)|(?<=\d)(m|bn|k)\b", re.IGNORECASE)
_LETTERS = {"k": "thousand", "m": "million", "bn": "billion"}
_NEGATIVE = re.compile(r"[(\-−–]\s*[$€£]?\s*$|^[$€£]?\s*\(")


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A question about one document. The answer is `value` × 10^`scale`, or `value` percent. `step` is its rounding
    unit before scaling. `is_quoted` states that the answer is a text of the document, whose sign its words may state.
    """

    id: str
    kind: str
    document: Path
    question: str
    value: Decimal
    step: Decimal
    scale: int
    is_percent: bool
    is_quoted: bool
    truth: str


def load_table_questions(data: Path) -> tuple[TableQuestion, ...]:
    """Load the questions in order. Raises DataMissingError, DatasetError."""
    folder = require_file(data, DOCUMENTS)
    found = []
    for where, row in read_rows(require_file(data, QUESTIONS)):
        try:
            question = _read(row, folder)
        except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
            raise DatasetError(f"{where} is not a question about a document.") from error
        if question is not None:
            found.append(question)
    return tuple(found)


def _read(row: Mapping[str, Any], folder: Path) -> TableQuestion | None:
    kind, answer = row["answer_type"], row["answer"]
    scale, truth = str(row.get("scale") or ""), f"{answer} {row.get('scale') or ''}".strip()
    if kind == ARITHMETIC:
        value = Decimal(str(answer))
    elif kind == SPAN and is_figure_span(answer):
        text = str(answer[0])
        truth = f"{text} {scale}".strip()
        value, scale = _parse_span(text, scale)
    else:
        return None
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "a published number is finite"
    return TableQuestion(
        id=str(row["id"]),
        kind=kind,
        document=folder / row["document"],
        question=row["question"],
        value=value,
        step=Decimal(1).scaleb(min(exponent, 0)),
        scale=SCALES.get(scale, 0),
        is_percent=scale == PERCENT,
        is_quoted=kind == SPAN,
        truth=truth,
    )


def is_figure_span(answer: Sequence[object]) -> bool:
    """Return whether a span answer is one figure."""
    if not isinstance(answer, list) or len(answer) != 1:
        return False
    text = str(answer[0]).strip()
    return len(_NUMBER.findall(text)) == 1 and len(text.split()) <= _MOST_WORDS and not _YEAR.fullmatch(text)


def _parse_span(text: str, scale: str) -> tuple[Decimal, str]:
    number = _NUMBER.search(text)
    assert number is not None, "a figure span has a number"
    value = Decimal(number.group().replace(",", ""))
    if _NEGATIVE.search(text[: number.start()]):
        value = -value
    if _PERCENT_WORD.search(text):
        return value, PERCENT
    if (word := _SCALE_WORD.search(text)) is not None:
        return value, (word[1] or _LETTERS[word[2].lower()]).lower()
    return value, scale

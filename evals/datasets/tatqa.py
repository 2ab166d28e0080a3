"""Reads TAT-QA contexts: a published table with its paragraphs in a small HTML document each, and questions about it.

The truth of a figure is its printed number with its sign, the label of its row, and the year that the heading of its
column names. Questions add the scale (`scale`: thousand, million, billion or percent) of figures that are their answer,
or that are added, subtracted or averaged to it. An answer that is a quotient says nothing about the scale of its parts.
A question that names one year adds this year. A number that occurs more than once in its table is not used, because the
question does not say which one it means.

Source: TAT-QA (Zhu et al. 2021), one row of `questions.jsonl` per question.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree, html

from evals.datasets.files import DatasetError, read_rows, require_file
from evals.datasets.html_grid import text_of
from evals.datasets.tokens import tokenise

QUESTIONS, DOCUMENTS = "questions.jsonl", "documents"
SCALES: Mapping[str, int] = {"thousand": 3, "million": 6, "billion": 9}
PERCENT = "percent"

_FIGURE = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥]\s?)?(?P<sign>[(\-−–])?\s?(?:[$€£¥]\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
    r"\s?(?P<percent>%)?\s?\)?\s?%?"
)
_NO_FIGURE = re.compile(r"000(?:,000)*")  # a scale ("$000")
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?![\d,.])")
_NOTE = re.compile(r"notes?(?: no\.?)?", re.IGNORECASE)
_ADDED = re.compile(r"[\s\d,.$()+-]+(?:/\s*\d\s*)?")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_MOST_PARTS = 9


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure of a table. `token` is the number of its first token in the document's text.

    `label` is "" for a row without a label. `year` and `scale` are None if nothing states them; `is_percent` states
    that a question calls the figure a percentage.
    """

    token: int
    text: str
    value: Decimal
    label: str
    year: int | None = None
    scale: int | None = None
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A document of the data: its tokens, and the figures of its table."""

    path: Path
    tokens: tuple[str, ...]
    figures: tuple[PublishedFigure, ...]


def is_tatqa(data: Path) -> bool:
    """Return whether a folder of data has the form of TAT-QA."""
    return (data / QUESTIONS).is_file() and (data / DOCUMENTS).is_dir()


def load_tatqa(data: Path) -> tuple[PublishedTable, ...]:
    """Load the tables of all documents, sorted by name. Raises DataMissingError, DatasetError."""
    questions: dict[str, list[Mapping[str, Any]]] = {}
    for where, row in read_rows(require_file(data, QUESTIONS)):
        try:
            questions.setdefault(row["document"], []).append(row)
        except (KeyError, TypeError) as error:
            raise DatasetError(f"{where} is not a question about a document.") from error
    files = sorted(require_file(data, DOCUMENTS).glob("*.html"))
    return tuple(_read(path, questions.get(path.name, [])) for path in files)


def parse_figure(text: str) -> Decimal | None:
    """Parse the figure that a whole cell prints, with its sign, or return None."""
    match = _FIGURE.fullmatch(text.strip())
    if match is None or _NO_FIGURE.fullmatch(match["number"]):
        return None
    value = Decimal(match["number"].replace(",", ""))
    return -value if match["sign"] else value


def _read(path: Path, questions: Sequence[Mapping[str, Any]]) -> PublishedTable:
    root = html.document_fromstring(path.read_text(encoding="utf-8"))
    tokens: list[str] = []
    cells: dict[etree._Element, int] = {}
    body = root.find("body")
    for event, element in etree.iterwalk(root if body is None else body, events=("start", "end")):
        if event == "start" and element.tag in ("td", "th"):
            cells[element] = len(tokens)
        text = element.text if event == "start" else element.tail
        tokens.extend(token.text for token in tokenise(text or ""))
    figures = [figure for table in root.iter("table") for figure in _figures(table, cells)]
    return PublishedTable(path, tuple(tokens), tuple(_with_questions(figures, questions)))


def _figures(table: etree._Element, cells: Mapping[etree._Element, int]) -> Iterator[PublishedFigure]:
    """Yield the figures of a table. A row of years and words is a heading of the rows below it.

    A column under the heading "Note" has references, not figures.
    """
    years: dict[int, int] = {}
    notes: set[int] = set()
    for row in table.iter("tr"):
        elements = [cell for cell in row if cell.tag in ("td", "th")]
        texts = [text_of(cell) for cell in elements]
        read = [None if column == 0 or _is_year(text) else parse_figure(text) for column, text in enumerate(texts)]
        if not any(value is not None for value in read):
            for column, text in enumerate(texts):
                named = _YEAR.findall(text)
                if column and len(set(named)) == 1:
                    years[column] = int(named[0])
                if _NOTE.fullmatch(text):
                    notes.add(column)
            continue
        for column, value in enumerate(read):
            if value is not None and column not in notes:
                label = texts[0] if parse_figure(texts[0]) is None else ""
                yield PublishedFigure(cells[elements[column]], texts[column], value, label, years.get(column))


def _is_year(text: str) -> bool:
    return _YEAR.fullmatch(text.strip()) is not None


def _with_questions(
    figures: Sequence[PublishedFigure], questions: Sequence[Mapping[str, Any]]
) -> Iterator[PublishedFigure]:
    """Yield the figures with the scales and years that questions state of them.

    Questions that contradict each other, or the heading of the column, state nothing.
    """
    places: dict[Decimal, list[int]] = {}
    for place, figure in enumerate(figures):
        places.setdefault(abs(figure.value), []).append(place)
    scales: dict[int, set[str]] = {}
    years: dict[int, set[int]] = {}
    for question in questions:
        parts = [places[part][0] for part in _parts(question) if len(places.get(part, ())) == 1]
        named = set(map(int, _YEAR.findall(str(question.get("question", "")))))
        for place in parts:
            if question.get("scale") in (*SCALES, PERCENT):
                scales.setdefault(place, set()).add(str(question["scale"]))
            if len(named) == 1 and len(parts) == 1:
                years.setdefault(place, set()).update(named)
    for place, figure in enumerate(figures):
        scale, year = scales.get(place, set()), years.get(place, set())
        yield replace(
            figure,
            scale=SCALES.get(next(iter(scale))) if len(scale) == 1 else None,
            is_percent=scale == {PERCENT},
            year=next(iter(year)) if figure.year is None and len(year) == 1 else figure.year,
        )


def _parts(question: Mapping[str, Any]) -> list[Decimal]:
    """Return the numbers of the table that an answer is, or that are added, subtracted or averaged to it."""
    if not str(question.get("answer_from", "")).startswith("table"):
        return []
    answer, derivation = question.get("answer"), str(question.get("derivation") or "")
    if question.get("answer_type") == "span" and isinstance(answer, list) and len(answer) == 1:
        value = parse_figure(str(answer[0]))
        return [] if value is None or _is_year(str(answer[0])) else [abs(value)]
    if question.get("answer_type") != "arithmetic" or _ADDED.fullmatch(derivation) is None:
        return []
    summed = derivation.rpartition("/")[0] or derivation
    found = [Decimal(number.replace(",", "")) for number in _NUMBER.findall(summed)]
    return found if len(found) <= _MOST_PARTS else []

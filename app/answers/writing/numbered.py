"""Number the sentences and table rows of passages, so that a draft can refer to them instead of copying them.

A sentence is "12. The facility matures in 2027.". A row marks each of its figures: "13. Net sales | 2022 {13a}: $1,234
million | 2021 {13b}: $1,100 million". A draft writes a mark where a figure belongs, and code fills the figure in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase

from app.answers.claims import CitedSpan, PageKey, PageTexts, cite
from app.answers.evidence_tables import EvidenceTables, Span
from app.answers.verification.sentences import find_sentences
from app.answers.writing.figures import cite_row, name_column, name_period
from app.quantities.printing import print_quantity
from app.retrieval.passages import Passage
from app.tables.model import Cell
from app.tables.rows import FigureRow, quantity_of

_MARK = re.compile(r"\{\s*(\d{1,4})\s*([a-z])\s*\}")


@dataclass(frozen=True, slots=True)
class NumberedEvidence:
    """A sentence or a row of a page, from `start` to `end`. `figures` are a row's figures by their letters."""

    passage: Passage
    start: int
    end: int
    row: FigureRow | None = None
    figures: Mapping[str, Cell] = field(default_factory=dict)

    def cite(self, letters: Sequence[str], pages: PageTexts) -> tuple[CitedSpan, ...]:
        """Cite the sentence; of a row, also the headings of the figures with these letters, or of all figures."""
        if self.row is None:
            return (cite(self.passage, pages[_key(self.passage)], self.start, self.end),)
        return cite_row(self.passage, self.row, [self.figures[each] for each in letters] or self.row.figures, pages)


@dataclass(frozen=True, slots=True)
class NumberedPassages:
    """The texts of the passages with their numbers, and what each number stands for."""

    texts: tuple[str, ...]
    evidence: Mapping[int, NumberedEvidence]

    def fill(self, text: str) -> tuple[str, dict[int, list[str]]] | None:
        """Replace the marks in a sentence by figures. Return it with the letters used by number; None if a mark stands
        for no figure.
        """
        used: dict[int, list[str]] = {}
        for number, letter in _MARK.findall(text):
            found = self.evidence.get(int(number))
            if found is None or letter not in found.figures:
                return None
            used.setdefault(int(number), []).append(letter)
        return _MARK.sub(lambda mark: _print(self.evidence[int(mark[1])].figures[mark[2]]), text), used

    def name_period(self, used: Mapping[int, Sequence[str]]) -> str | None:
        """Name the period of the figures that a sentence uses; None without figures, or if one has none."""
        return name_period([self.evidence[number].figures[each] for number in used for each in used[number]])


def number_passages(
    passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables, *, room: int
) -> NumberedPassages:
    """Number the first passages whose texts fit into `room` characters; always at least one.

    A place that several passages contain is numbered once.
    """
    numbers, seen = count(1), set[tuple[PageKey, int]]()
    texts: list[str] = []
    evidence: dict[int, NumberedEvidence] = {}
    for passage in passages:
        page = pages.get(_key(passage))
        if page is None:
            continue
        lines = [f"[{_describe(passage)}] {passage.heading}".rstrip()]
        new: dict[int, NumberedEvidence] = {}
        for found in _list_evidence(passage, page, tables):
            place = (_key(passage), found.start)
            if place not in seen:
                seen.add(place)
                number = next(numbers)
                new[number] = found
                lines.append(f"{number}. {_line(number, found, page)}")
        text = "\n".join(lines)
        if texts and len(text) > room:
            break
        room -= len(text)
        if new:
            texts.append(text)
            evidence |= new
    return NumberedPassages(tuple(texts), evidence)


def _describe(passage: Passage) -> str:
    about = (passage.document_title, passage.issuer, passage.period)
    return f"{', '.join(dict.fromkeys(filter(None, about)))}, page {passage.page_number}"


def _list_evidence(passage: Passage, page: str, tables: EvidenceTables) -> list[NumberedEvidence]:
    """List the rows and sentences of a passage in their order."""
    key, start, end = _key(passage), max(0, passage.char_start), min(passage.char_end, len(page))
    rows = tables.rows_between(key, start, end)
    found: dict[int, NumberedEvidence] = {}
    for row in rows:
        spans = list(row.spans(passage.page_number))
        figures = dict(zip(ascii_lowercase, row.figures, strict=False))
        first = min(at for at, _ in spans)
        found[first] = NumberedEvidence(passage, first, max(stop for _, stop in spans), row, figures)
    covered = [span for span in tables.covered(key) if span[0] < end and span[1] > start]
    taken = [(each.start, each.end) for each in found.values()]
    for first, last in covered:
        if start <= first and not any(begin < last and first < stop for begin, stop in taken):
            found.setdefault(first, NumberedEvidence(passage, first, min(last, end)))
    for begin, stop in _between(start, end, covered):
        for first, last in find_sentences(page[begin:stop]):
            found.setdefault(begin + first, NumberedEvidence(passage, begin + first, begin + last))
    return [found[at] for at in sorted(found)]


def _between(start: int, end: int, covered: Sequence[Span]) -> Iterator[Span]:
    for first, last in covered:
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _line(number: int, found: NumberedEvidence, page: str) -> str:
    if found.row is None:
        return " ".join(page[found.start : found.end].replace("\t", " | ").split())
    cells = [
        f"{name_column(cell)} {{{number}{letter}}}: {_print(cell)}".lstrip() for letter, cell in found.figures.items()
    ]
    return " | ".join((found.row.label, *cells))


def _print(cell: Cell) -> str:
    return print_quantity(quantity_of(cell), printed=cell.text)


def _key(passage: Passage) -> PageKey:
    return (passage.version_id, passage.page_number)

"""Number the sentences and table rows of passages, so that a draft can refer to them instead of copying them.

A sentence is "12. The facility matures in 2027.". A row marks each of its figures: "13. Net sales | 2022 {13a}: $1,234
million | 2021 {13b}: $1,100 million". So do figures that code offers, of the ledger or computed. A draft writes a mark
where a figure belongs, and code fills the figure in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase

from app.answers.claims import CitedSpan, DropReason, PageKey, PageTexts, StatedFigure, cite
from app.answers.evidence_tables import EvidenceTables, Span
from app.answers.offered import OfferedFigure, OfferedValue
from app.answers.verification.checks import years_of
from app.answers.writing.figures import cite_row, name_column, name_period
from app.documents.content.sentences import find_sentences
from app.quantities.printing import print_quantity
from app.retrieval.passages import Passage
from app.tables.model import Cell
from app.tables.rows import FigureRow, quantity_of

_MARK = re.compile(r"\{\s*(\d{1,4})\s*([a-z])\s*\}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_AFTER = re.compile(
    r"\W{0,2}(?:(?:in|for|at|during|of|as of) )?(?:the )?(?:(?:fiscal|financial) )?(?:year )?(?:FY ?)?"
    r"((?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(r"(?<!\d)((?:19|20)\d\d)[:(= —–-]{1,3}$")
_OFFERED = "Figures that code has read from the cited tables or computed from them"


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
class NumberedFigure:
    """An item or measure whose values code offers, by their letters."""

    label: str
    values: Mapping[str, OfferedValue]

    def cite(self, letters: Sequence[str], _pages: PageTexts) -> tuple[CitedSpan, ...]:
        """Cite the figures behind the values with these letters, or behind all."""
        values = [self.values[each] for each in letters] or list(self.values.values())
        return tuple(dict.fromkeys(span for value in values for span in value.stated.citations))


@dataclass(frozen=True, slots=True)
class NumberedStatement:
    """A verified statement, which has figures and citations already."""

    text: str
    citations: tuple[CitedSpan, ...]

    def cite(self, _letters: Sequence[str], _pages: PageTexts) -> tuple[CitedSpan, ...]:
        """Cite what the statement cites."""
        return self.citations


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence with its figures, and what code put in: the letters used by number, the periods, and the sentences of
    offered figures.
    """

    text: str
    used: Mapping[int, Sequence[str]]
    period: str | None
    stated: tuple[StatedFigure, ...]


@dataclass(frozen=True, slots=True)
class NumberedPassages:
    """The texts of the first `read` passages with their numbers, and what each number stands for."""

    texts: tuple[str, ...]
    evidence: Mapping[int, NumberedEvidence | NumberedFigure | NumberedStatement]
    read: int = 0

    def fill(self, text: str) -> Filled | DropReason:
        """Replace the marks in a sentence by figures; the reason to drop it if a mark stands for no figure, or for one
        of another year than the text names beside it.

        An offered figure gets its period, if the text does not name it.
        """
        used: dict[int, list[str]] = {}
        values: dict[str, OfferedValue] = {}
        parts: list[str] = []
        at = 0
        for mark in _MARK.finditer(text):
            number, letter = int(mark[1]), mark[2]
            found = self._find(number, letter)
            if found is None:
                return DropReason.QUOTE_NOT_FOUND
            years = set(_YEAR.findall(found.period) if isinstance(found, OfferedValue) else map(str, years_of(found)))
            beside = _years_beside(text, mark)
            if years and beside and years.isdisjoint(beside):
                return DropReason.NUMBER_NOT_IN_QUOTE
            used.setdefault(number, []).append(letter)
            parts += [text[at : mark.start()], _text_of(found, text, beside)]
            if isinstance(found, OfferedValue):
                values[f"{number}{letter}"] = found
            at = mark.end()
        cells = [cell for number, letters in used.items() for cell in self._cells(number, letters)]
        periods = dict.fromkeys(filter(None, (name_period(cells), *(value.period for value in values.values()))))
        stated = tuple(value.stated for value in values.values())
        return Filled("".join((*parts, text[at:])), used, ", ".join(periods) or None, stated)

    def _find(self, number: int, letter: str) -> Cell | OfferedValue | None:
        found = self.evidence.get(number)
        if isinstance(found, NumberedFigure):
            return found.values.get(letter)
        return found.figures.get(letter) if isinstance(found, NumberedEvidence) else None

    def _cells(self, number: int, letters: Sequence[str]) -> Iterator[Cell]:
        found = self.evidence[number]
        if isinstance(found, NumberedEvidence):
            yield from (found.figures[each] for each in letters)


def _years_beside(text: str, mark: re.Match[str]) -> set[str]:
    """Return the years that stand directly beside a mark."""
    beside = (_YEAR_AFTER.match(text, mark.end()), _YEAR_BEFORE.search(text, max(0, mark.start() - 8), mark.start()))
    return {found[1] for found in beside if found is not None}


def _text_of(found: Cell | OfferedValue, text: str, beside: Set[str]) -> str:
    """Return the figure for a sentence; an offered one with its period, unless the sentence surely says that."""
    if not isinstance(found, OfferedValue):
        return _print(found)
    year = _YEAR.findall(found.period)
    is_said = [f"FY{each}" for each in year] == [found.period] and (beside or set(_YEAR.findall(text))) == set(year)
    is_said = is_said or (found.period.casefold() in text.casefold() and len(set(_YEAR.findall(text))) == 1)
    return found.text if is_said else f"{found.text} ({found.period})"


def number_passages(
    passages: Sequence[Passage],
    pages: PageTexts,
    tables: EvidenceTables,
    *,
    room: int,
    offered: Sequence[OfferedFigure] = (),
) -> NumberedPassages:
    """Number the offered figures, and the first passages whose texts fit into `room` characters; always at least one.

    A place that several passages contain is numbered once.
    """
    numbers, seen = count(1), set[tuple[PageKey, int]]()
    given = {
        next(numbers): NumberedFigure(f.label, dict(zip(ascii_lowercase, f.values, strict=False))) for f in offered
    }
    evidence: dict[int, NumberedEvidence | NumberedFigure] = {**given}
    texts: list[str] = []
    if given:
        figures = (_line_of_figure(number, each) for number, each in given.items())
        texts.append("\n".join((f"[{_OFFERED}]", *figures)))
        room -= len(texts[0])
    first, read = len(texts), 0
    for passage in passages:
        page = pages.get(_key(passage))
        if page is None:
            read += 1
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
        if len(texts) > first and len(text) > room:
            break
        read += 1
        room -= len(text)
        if new:
            texts.append(text)
            evidence.update(new)
    return NumberedPassages(tuple(texts), evidence, read)


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


def number_statements(statements: Sequence[NumberedStatement]) -> NumberedPassages:
    """Number verified statements, from which others are written."""
    evidence = dict(enumerate(statements, start=1))
    return NumberedPassages(("\n".join(f"{number}. {each.text}" for number, each in evidence.items()),), evidence)


def _line_of_figure(number: int, found: NumberedFigure) -> str:
    values = (f"{value.period} {{{number}{letter}}}: {value.text}" for letter, value in found.values.items())
    return " | ".join((f"{number}. {found.label}", *values))


def _print(cell: Cell) -> str:
    return print_quantity(quantity_of(cell), printed=cell.text)


def _key(passage: Passage) -> PageKey:
    return (passage.version_id, passage.page_number)

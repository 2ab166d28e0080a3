"""Find the sentences and table rows of passages that may answer a question."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.answers.claims import PageKey, PageTexts
from app.answers.evidence_tables import EvidenceTables, Span
from app.answers.writing.figures import NO_PICK, FigureQuestion, Pick, find_year_end_month
from app.documents.content.sentences import find_sentences
from app.quantities.headings import without_years
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding
from app.tables.model import Table
from app.tables.rows import FigureRow

_LEAST_WORDS = 4
_MOST_CHARACTERS = 900


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence at `start` to `end` of its page (`row` is None), or a table's row with the figures in `pick`.

    A row without figures of the requested period has an empty pick. It is never quoted, but it may match the question
    better than the rows that would be quoted instead.
    """

    passage: Passage
    start: int
    end: int
    text: str
    terms: tuple[str, ...]
    years: frozenset[int] = frozenset()
    row: FigureRow | None = None
    pick: Pick = NO_PICK
    score: float = 0.0

    @property
    def is_blocked(self) -> bool:
        """Return whether the candidate is a row without figures of the requested period."""
        return self.row is not None and not self.pick.figures


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates with words of the question, and the count of all rows and sentences."""

    found: tuple[Candidate, ...]
    total: int

    def amended(self) -> "Candidates":
        """Return the candidates of amendments ("10-K/A") only, if there are any."""
        amended = tuple(found for found in self.found if found.passage.document_type.endswith("/A"))
        return Candidates(amended, self.total) if amended else self


class CandidateFinder:
    """Finds the candidates of one question in the pages and tables of its passages."""

    def __init__(self, understanding: Understanding, pages: PageTexts, tables: EvidenceTables) -> None:
        self._understanding = understanding
        self._pages = pages
        self._tables = tables
        self._hints = _hints(understanding)
        self._question = FigureQuestion.of(understanding)
        self._year_ends: dict[int, int] = {}  # by id of the table, which `tables` keeps

    def find(self, passages: Sequence[Passage]) -> Candidates:
        """Find the candidates in order. A place in several passages counts once."""
        found: list[Candidate] = []
        total = 0
        for passage in passages:
            key = page_key(passage)
            if key not in self._pages:
                continue
            page = self._pages[key]
            start, end = max(0, passage.char_start), min(passage.char_end, len(page))
            rows = self._tables.rows_between(key, start, end)
            total += len(rows)
            is_foreign = passage.issuer is not None and not self._understanding.is_about(passage)
            found.extend(row for row in self._rows(passage, rows) if not is_foreign or self._names(row))
            for begin, stop in _prose(start, end, self._tables.covered(key)):
                for first, last in find_sentences(page[begin:stop]):
                    total += 1
                    sentence = self._sentence(passage, page, begin + first, begin + last)
                    if sentence and (not is_foreign or self._names(sentence)):
                        found.append(sentence)
        return Candidates(tuple(_unrepeated(found)), total)

    def _names(self, candidate: Candidate) -> bool:
        """Return whether a sentence, or a row with its headings and its table's title, has a name of the question."""
        row = candidate.row
        about = [candidate.text] if row is None else [candidate.text, row.table.title or ""]
        headings = [] if row is None else [heading for cell in row.figures for heading in cell.header_path]
        return self._understanding.mentions(" ".join((*about, *headings)))

    def _rows(self, passage: Passage, rows: Sequence[FigureRow]) -> Iterator[Candidate]:
        for row in rows:
            headings = {heading for cell in row.figures for heading in cell.header_path}
            if not self._hints.search(row.label) and not any(map(self._hints.search, headings)):
                continue
            pick = self._question.pick(row, year_end_month=self._year_end_month(row.table))
            spans = list(row.spans(passage.page_number))
            yield Candidate(
                passage,
                min(start for start, _ in spans),
                max(end for _, end in spans),
                row.label,
                (*tokenise(row.label), *pick.terms),
                row=row,
                pick=pick,
            )

    def _year_end_month(self, table: Table) -> int:
        if id(table) not in self._year_ends:
            self._year_ends[id(table)] = find_year_end_month(table)
        return self._year_ends[id(table)]

    def _sentence(self, passage: Passage, page: str, start: int, end: int) -> Candidate | None:
        text = page[start:end]
        is_prose = "\t" not in text and text.count(" ") >= _LEAST_WORDS and len(text) <= _MOST_CHARACTERS
        if not is_prose or not self._hints.search(text):
            return None
        if self._understanding.wants_figure and not any(map(str.isdigit, without_years(text))):
            return None
        terms = tuple(tokenise(text))
        years = frozenset(int(term) for term in terms if len(term) == 4 and term.isdigit())
        return Candidate(passage, start, end, text, terms, years)


def page_key(passage: Passage) -> PageKey:
    return (passage.version_id, passage.page_number)


def _hints(understanding: Understanding) -> re.Pattern[str]:
    """Return a cheap pattern that rejects most candidates that have none of the question's words.

    It matches stems without their last two letters, because stemming changes only those ("inventory" → "inventori").
    """
    starts = {term[: max(3, len(term) - 2)] for term in understanding.key_terms | understanding.synonym_terms}
    return re.compile("|".join(map(re.escape, sorted(starts))) or r"(?!)", re.IGNORECASE)


def _prose(start: int, end: int, rows: Sequence[Span]) -> Iterator[Span]:
    """Yield the parts between two offsets that are outside `rows`, the parts that tables cover."""
    for first, last in rows:
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _unrepeated(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Remove duplicates. Passages that overlap contain a place twice, and two sentences may have the same words."""
    seen: set[object] = set()
    for candidate in candidates:
        place = (page_key(candidate.passage), candidate.start, candidate.row is None)
        words = candidate.terms if candidate.row is None else place
        if place not in seen and words not in seen:
            yield candidate
        seen.update((place, words))

"""Answer a question for a figure with the row of a table that states it, if nothing could be computed.

A row's score is the share of the question's terms that its label, its headings and its table's title have; a label with
other words counts less. Figures of the parent alone, of guarantors and of segments come after those of the group,
unless the question names them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from app.answers.claims import FIRST_PASSAGES, ClaimPart, DraftClaim, Operand, PageTexts
from app.answers.kinds import AskedKind, Expected, QuestionKind
from app.answers.places import names_place
from app.answers.writing.candidate_ranking import rank_candidates
from app.answers.writing.candidates import Candidate
from app.answers.writing.figures import cite_row, name_period, row_sentence
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.numbers_asked import counted_terms
from app.quantities.printing import print_quantity
from app.quantities.values import Kind
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding
from app.tables.model import Cell
from app.tables.rows import FigureRow, quantity_of

NARROWER = re.compile(
    r"\bguarantors?\b|\bparent(?: company)?(?: only)?\b"
    r"|\bcondensed financial information of (?:the )?registrant\b|\bsegments?\b"
    r"|\bnon-?guarantor|\bsubsidiar(?:y|ies)\b|\bpro forma\b|\bunaudited pro\b|\bas adjusted\b|\beliminations?\b",
    re.IGNORECASE,
)
_NARROW = 0.7
_OTHER_PLACE = 0.5
_SHORT_TITLE = 6  # words
_OTHER_LABEL = 0.5
"""The weight of a row whose headings have the question's words, but not its label."""
_OF_CONTEXT = 0.5
_OF_SYNONYM = 0.9
_MOST_TERMS = 2
"""A question with more terms asks for more than the line item that a synonym names."""
_LEAST = 0.55
_LEAST_NEAR = 0.3
_MOST_NEAR = 3
_MOST_ROWS = 24


class RowFinder:
    """Finds the rows that fit a question, once for the answer and for what is related."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def _scored(self) -> list[tuple[float, Candidate]]:
        reading, asked = self._reading, self._reading.asked
        understanding = reading.understanding
        others = frozenset[str]().union(*asked.related.values()) - understanding.key_terms
        widened = replace(understanding, synonym_terms=understanding.synonym_terms | others)
        first = reading.passages[:FIRST_PASSAGES]
        candidates = rank_candidates(widened, first, reading.pages, reading.tables)
        rows = [each for each in candidates if each.row is not None and each.pick.figures][:_MOST_ROWS]
        return sorted(_scored(rows, asked, understanding), key=lambda each: -each[0])

    def write(self) -> Written | None:
        """Return the row that fits best; None if none fits enough."""
        scored = self._scored
        if not scored or scored[0][0] < _LEAST:
            return None
        score, candidate = scored[0]
        second = scored[1][0] / score if len(scored) > 1 else 0.0
        features = {"rank": float(candidate.passage.rank), "second": second}
        return written("row", score, [_claim(self._reading.asked, candidate, self._reading.pages)], features)

    def list_near(self) -> list[DraftClaim]:
        """Return the rows that come nearest to a question, as related claims."""
        asked, pages = self._reading.asked, self._reading.pages
        near = [candidate for score, candidate in self._scored[:_MOST_NEAR] if score >= _LEAST_NEAR]
        return [replace(_claim(asked, candidate, pages), part=ClaimPart.RELATED) for candidate in near]


def _claim(asked: AskedKind, candidate: Candidate, pages: PageTexts) -> DraftClaim:
    row, figures = candidate.row, candidate.pick.figures
    assert row is not None
    passage = candidate.passage
    move = Move.of(passage.version_id, row, figures) if asked.kind is QuestionKind.CHANGE else None
    return DraftClaim(
        row_sentence(row, figures) if move is None else move.sentence(),
        cite_row(passage, row, figures, pages),
        computation=move,
        part=ClaimPart.ANSWER,
        period=name_period(figures),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """States how the figure of a row moved between its first and its last period. Implements `Computation`."""

    version_id: UUID
    row: FigureRow
    first: Cell
    last: Cell

    @classmethod
    def of(cls, version_id: UUID, row: FigureRow, figures: Sequence[Cell]) -> "Move | None":
        """Return the move of a row with figures of two periods of one length and unit, not both negative; else None."""
        dated = sorted(((cell.period.end, cell) for cell in figures if cell.period), key=lambda pair: pair[0])
        if len(dated) != len(figures) or len(dated) != _TWO:
            return None
        (_, first), (_, last) = dated
        assert first.period is not None
        assert last.period is not None
        old, new = quantity_of(first), quantity_of(last)
        is_same = (old.kind, old.unit, old.scale) == (new.kind, new.unit, new.scale)
        if not is_same or first.period.months != last.period.months or first.period.end == last.period.end:
            return None
        if old.value is None or new.value is None or (old.value < 0 and new.value < 0):
            return None  # a cost or loss in brackets: its amount moves the other way than its value
        return cls(version_id, row, first, last)

    def operands(self) -> Sequence[Operand]:
        return [
            Operand((self.version_id, cell.page), (cell.spans[0][0], cell.spans[-1][1]), quantity_of(cell))
            for cell in (self.first, self.last)
        ]

    def sentence(self) -> str:
        old, new = quantity_of(self.first), quantity_of(self.last)
        assert old.value is not None
        assert new.value is not None
        move = "is unchanged" if old.value == new.value else "rose" if new.value > old.value else "fell"
        values = [
            print_quantity(quantity, printed=cell.text) for quantity, cell in ((old, self.first), (new, self.last))
        ]
        periods = [name_period([cell]) or "" for cell in (self.first, self.last)]
        shown = "; ".join(f"{period}: {value}" for period, value in zip(periods, values, strict=True))
        return f"{' '.join(self.row.label.split())} {move} — {shown}"


_TWO = 2


def _scored(
    rows: Sequence[Candidate], asked: AskedKind, understanding: Understanding
) -> Iterator[tuple[float, Candidate]]:
    counted = counted_terms(understanding.core) if asked.expected is Expected.COUNT else frozenset()
    of_place = names_place(understanding.core)
    for place, candidate in enumerate(rows):
        row = candidate.row
        assert row is not None
        if counted and all(quantity_of(cell).kind is Kind.PERCENTAGE for cell in candidate.pick.figures):
            continue  # a share of what is counted
        label = frozenset(tokenise(" ".join(row.label_path) or row.label))
        headings = frozenset(tokenise(" ".join(name for cell in candidate.pick.figures for name in cell.header_path)))
        context = frozenset(tokenise(f"{row.table.title or ''} {candidate.passage.heading.rpartition('·')[2]}"))
        gained = sum(_gain(term, asked, label | headings, context) for term in asked.terms)
        coverage = gained / len(asked.terms) if asked.terms else 0.0
        own = frozenset(tokenise(row.label))
        known = asked.terms.union(understanding.synonym_terms, *asked.related.values())
        is_short = len(asked.terms) <= _MOST_TERMS
        if own and is_short and any(own <= frozenset(tokenise(words)) for words in understanding.synonyms):
            coverage = max(coverage, _OF_SYNONYM)
        precision = len(own & known) / len(own) if own else 0.0
        score = coverage * (0.7 + 0.3 * precision) * (1 - 0.005 * place)
        if own.isdisjoint(known):
            score *= _OTHER_LABEL
        if _is_narrower(row, candidate.passage) and not NARROWER.search(understanding.core):
            score *= _NARROW
        if not of_place and _names_place(row):
            score *= _OTHER_PLACE
        yield score, candidate


def _names_place(row: FigureRow) -> bool:
    """Return whether a row's labels, headings, or its table's short title name a place: it is of that place only."""
    title = row.table.title or ""
    texts = [*row.label_path, *(name for cell in row.figures[:1] for name in cell.header_path)]
    return any(map(names_place, (*texts, title if len(title.split()) <= _SHORT_TITLE else "")))


def _gain(term: str, asked: AskedKind, own: frozenset[str], context: frozenset[str]) -> float:
    related = asked.related.get(term, frozenset())
    if term in own:
        return 1.0
    if related & own:
        return 0.8
    return _OF_CONTEXT if term in context or related & context else 0.0


def _is_narrower(row: FigureRow, passage: Passage) -> bool:
    headings = " ".join(name for cell in row.figures for name in cell.header_path)
    about = f"{row.table.title or ''} {headings} {' '.join(row.label_path[:-1])} {passage.heading.rpartition('·')[2]}"
    return NARROWER.search(about) is not None

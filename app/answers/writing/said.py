"""What the pages of an answer say: their sentences, bullets and lines, ranked by how well they fit a question.

A unit's fit is the share of the question's terms, weighted by their rarity, that the unit has in the question's words
or in others for them. Terms of the headings above it count less. Units of other periods than the question's count
less, and so do those of older documents if the question names no period.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise

from app.answers.claims import ClaimPart, DraftClaim, PageTexts, cite
from app.answers.evidence_tables import EvidenceTables, Span
from app.answers.kinds import AskedKind
from app.answers.verification.instructions import blank_instructions
from app.answers.writing.candidates import page_key
from app.core.kept import Kept
from app.documents.content.sentences import find_sentences
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

_RELATED = 0.75
_OF_HEADING = 0.4
_OF_CONTEXT = 0.5
"""The weight of a term that the sentences before it in the paragraph have."""
_OUTSIDE = 0.9
"""The weight of a unit that is on the page of a passage, but outside it."""
_OTHERYEAR = 0.6
_OTHER_DOCUMENT = 0.7
_OLDER = 0.9
_LONGEST = 1_200
_LONG = 300
"""A longer sentence has terms of a question by chance: its fit counts less."""
_SHORT_LINE = 0.8
_MOST_UNITS = 3_000
YEAR = re.compile(r"(?<![\d,.$€£])(?:19|20)\d\d(?!\d|,\d)")
_BULLET = re.compile(r"^\s*(?:[•●▪◦‣–*-]|\(?[a-z0-9ivx]{1,4}[.)])\s+", re.IGNORECASE)
_ENDS = (".", ",", ";", ":", "?", "!")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, bullet or line from `start` to `end` of its passage's page. `paragraph` counts on the page."""

    passage: Passage
    start: int
    end: int
    text: str
    terms: frozenset[str]
    paragraph: int
    inside: bool = True
    after_bullet: bool = False

    @property
    def is_bullet(self) -> bool:
        return self.after_bullet or _BULLET.match(self.text) is not None

    @property
    def is_heading(self) -> bool:
        """Return whether the unit looks like a heading: few words with no full stop."""
        words = self.text.split()
        return len(words) <= _LONGEST_HEADING and not self.text.rstrip().endswith(_ENDS) and not self.is_bullet


_LONGEST_HEADING = 12


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a unit fits a question. `coverage` is the share of the question's terms, from 0 to 1. `near` is the
    cosine of both, or 0 if they were not compared.
    """

    said: Said
    coverage: float
    score: float
    near: float = 0.0


@dataclass(frozen=True, slots=True)
class Texts:
    """The units of all pages of a question's passages, in the order of the passages and pages."""

    units: tuple[Said, ...]
    pages: PageTexts
    places: dict[tuple[object, int], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        asked: AskedKind,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> "Texts":
        """Read the pages of the passages, each once. Questions and instructions in them are left out, and so are units
        that lack a name which the question needs.
        """
        hints = _hints(asked)
        found: list[Said] = []
        seen: set[object] = set()
        inside: dict[object, list[Span]] = {}
        for passage in passages:
            inside.setdefault(page_key(passage), []).append((passage.char_start, passage.char_end))
        for passage in passages:
            key = page_key(passage)
            if key in seen or key not in pages or len(found) > _MOST_UNITS:
                continue
            seen.add(key)
            is_foreign = passage.issuer is not None and not understanding.is_about(passage)
            units = _units(passage, pages[key], tables.covered(key), inside[key], hints)
            found += [unit for unit in units if not is_foreign or understanding.mentions(unit.text)]
        return cls(tuple(found), pages, {(id(unit.passage), unit.start): at for at, unit in enumerate(found)})

    def after(self, unit: Said) -> Iterator[Said]:
        """Yield the units that follow on the same page."""
        at = self.places[id(unit.passage), unit.start]
        for following in self.units[at + 1 :]:
            if following.passage is not unit.passage:
                return
            yield following

    def before(self, unit: Said) -> Said | None:
        """Return the unit before on the same page."""
        at = self.places[id(unit.passage), unit.start]
        return self.units[at - 1] if at and self.units[at - 1].passage is unit.passage else None

    def claim(self, unit: Said, part: ClaimPart, text: str | None = None) -> DraftClaim:
        """Quote a unit."""
        citation = cite(unit.passage, self.pages[page_key(unit.passage)], unit.start, unit.end)
        shown = _BULLET.sub("", unit.text) if text is None else text
        return DraftClaim(shown, (citation,), part=part)


def rank(asked: AskedKind, understanding: Understanding, texts: Texts) -> list[Fit]:
    """Rank the units that have a term of the question, best first."""
    if not asked.terms:
        return []
    frequency: Counter[str] = Counter()
    for unit in texts.units:
        frequency.update(
            term for term in asked.terms if term in unit.terms or asked.related.get(term, _NONE) & unit.terms
        )
    total = len(texts.units)
    weights = {term: math.log(1 + (total + 1) / (frequency[term] + 0.5)) for term in asked.terms}
    whole = sum(weights.values())
    years = {str(year) for year in understanding.periods.years}
    newest = max((year_of(unit.passage) for unit in texts.units), default=0)
    headings = {id(unit.passage): _heading_terms(unit.passage) for unit in texts.units}
    found: list[Fit] = []
    before: tuple[object, int, frozenset[str]] = (None, 0, _NONE)
    for unit in texts.units:
        gained = said = 0.0
        context = before[2] if before[:2] == (id(unit.passage), unit.paragraph) else _NONE
        before = (id(unit.passage), unit.paragraph, context | unit.terms)
        for term, weight in weights.items():
            if term in unit.terms:
                gained, said = gained + weight, said + weight
            elif asked.related.get(term, _NONE) & unit.terms:
                gained, said = gained + _RELATED * weight, said + weight
            elif term in headings[id(unit.passage)]:
                gained += _OF_HEADING * weight
            elif term in context:
                gained += _OF_CONTEXT * weight
        if said:
            prior = 0.85 + 0.15 / math.sqrt(unit.passage.rank)
            prior *= 1.0 if unit.inside else _OUTSIDE
            prior *= _period_prior(unit, years, newest)
            prior *= (_LONG / len(unit.text)) ** 0.5 if len(unit.text) > _LONG else 1.0
            found.append(Fit(unit, gained / whole, gained / whole * prior))
    return sorted(found, key=lambda fit: -fit.score)


_NONE: frozenset[str] = frozenset()


def _period_prior(unit: Said, years: set[str], newest: int) -> float:
    if not years:
        return 1.0 if year_of(unit.passage) >= newest else _OLDER
    named = set(YEAR.findall(unit.text))
    of_document = set(YEAR.findall(unit.passage.period or ""))
    if named & years:
        return 1.0
    prior = _OTHERYEAR if named else 1.0
    return prior * (1.0 if not of_document or of_document & years else _OTHER_DOCUMENT)


def year_of(passage: Passage) -> int:
    """Return the last year of the period that a passage's document reports on, or 0."""
    return max(map(int, YEAR.findall(passage.period or "")), default=0)


def _heading_terms(passage: Passage) -> frozenset[str]:
    return _terms_of_heading(passage.heading.rpartition("·")[2])


@lru_cache(maxsize=4096)
def _terms_of_heading(heading: str) -> frozenset[str]:
    return frozenset(tokenise(heading))


def _hints(asked: AskedKind) -> re.Pattern[str]:
    """Return a cheap pattern that finds the units which may have terms of the question: the others are not stemmed."""
    terms = asked.terms.union(*asked.related.values())
    starts = sorted({term[: max(3, len(term) - 2)] for term in terms})
    return re.compile("|".join(map(re.escape, starts)) or r"(?!)", re.IGNORECASE)


@dataclass(slots=True)
class _Piece:
    """A unit as its page has it, whatever is asked. `terms` are found when a question first needs them."""

    start: int
    end: int
    text: str
    paragraph: int
    after_bullet: bool
    terms: frozenset[str] | None = None


_MOST_CHARACTERS = 4 << 20
_pieces: Kept[tuple[_Piece, ...]] = Kept(most=_MOST_CHARACTERS)


def _units(
    passage: Passage, page: str, rows: Sequence[Span], inside: Sequence[Span], hints: re.Pattern[str]
) -> Iterator[Said]:
    cut = partial(lambda *of: tuple(_cut(*of)), page, rows)
    for piece in _pieces.get((page, tuple(rows)), len(page), cut):
        terms = _NONE
        if hints.search(piece.text):
            terms = piece.terms if piece.terms is not None else frozenset(tokenise(piece.text))
            piece.terms = terms
        is_inside = any(low <= piece.start < high for low, high in inside)
        yield Said(passage, piece.start, piece.end, piece.text, terms, piece.paragraph, is_inside, piece.after_bullet)


def _cut(page: str, rows: Sequence[Span]) -> Iterator[_Piece]:
    """Cut a page outside the rows of its tables. It depends on nothing else, so that the pieces are kept."""
    readable = blank_instructions(page)
    paragraph = 0
    for begin, stop in _outside(len(page), rows):
        for first, last in find_sentences(readable[begin:stop]):
            paragraph += "\n\n" in readable[max(begin + first - 2, 0) : begin + first]
            for start, end in _lines(readable, begin + first, begin + last):
                text = " ".join(page[start:end].split())
                is_row = "\t" in page[start:end]
                if not is_row and any(map(str.isalpha, text)) and len(text) <= _LONGEST:
                    after_bullet = page[max(start - _MARK, 0) : start].rstrip()[-1:] in _BULLETS
                    yield _Piece(start, end, text, paragraph, after_bullet)


def _outside(length: int, rows: Sequence[Span]) -> Iterator[Span]:
    """Yield the parts of a page outside the rows of its tables."""
    start = 0
    for first, last in rows:
        if first > start:
            yield start, first
        start = max(start, last)
    if start < length:
        yield start, length


def _lines(page: str, start: int, end: int) -> Iterator[Span]:
    """Split a sentence where a short line without a full stop is followed by a line with a capital: headings and
    bullets have no full stop.
    """
    lines: list[Span] = []
    at = start
    for line in page[start:end].splitlines(keepends=True):
        lines.append((at, at + len(line.rstrip())))
        at += len(line)
    longest = max((last - first for first, last in lines), default=0)
    begin = start
    for (first, last), (after, until) in pairwise(lines):
        text, following = page[first:last], page[after:until].lstrip()
        is_short = last - first < _SHORT_LINE * longest or longest < _NARROW
        is_end = bool(text.strip()) and not text.rstrip().endswith((",", "-")) and is_short
        if is_end and (following[:1].isupper() or _BULLET.match(following)) and not text.rstrip().endswith(_JOINS):
            if page[begin:last].strip():
                yield _stripped(page, begin, last)
            begin = after
    if page[begin:end].strip():
        yield _stripped(page, begin, end)


_NARROW = 40
_MARK = 3
_BULLETS = tuple("•●▪◦‣")
_JOINS = (
    " of",
    " the",
    " and",
    " or",
    " by",
    " to",
    " in",
    " for",
    " a",
    " with",
    " from",
    " our",
    " at",
    " on",
    " Mr.",
)


def _stripped(page: str, start: int, end: int) -> Span:
    piece = page[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return first, first + len(piece.strip())

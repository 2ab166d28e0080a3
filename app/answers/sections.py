"""The sections of a document that a question for a summary means: by their headings, within a limit of text."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from app.answers.kinds import AskedKind
from app.quantities.headings import find_years
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

PART_CHARACTERS = 12_000
"""The text of one part: a model's window of 16,000 characters has room for its numbers and marks, too."""

MOST_CHARACTERS = 96_000
"""The text that one summary reads, some 30,000 tokens."""

_LONGEST_PASSAGE = 4_000
_LEAST_COVERAGE = 0.6
_OTHER_WORD = 0.6
"""What another word for a term counts, where the term itself counts 1."""
_LEAST_OF_GROUP = 1_200
_MOST_DOCUMENTS = 3
_NAMED_DOCUMENT = re.compile(
    r"\b(?:(?:amended|restated|and|credit|loan|facility|term|revolving|note purchase|merger|purchase|underwriting"
    r"|security|guarant(?:y|ee)|supply|lease|license) )*agreements?\b"
    r"|\b(?:earnings|press|news) releases?\b|\bprospectus(?:es)?(?: supplements?)?\b|\bindentures?\b"
    r"|\boffering (?:memorandum|circular|document)\b|\b(?:annual|quarterly|current|interim) reports?\b"
    r"|\b(?:form )?\d{1,2}-?[kqf]\b|\bproxy statements?\b",
    re.IGNORECASE,
)
_NOT_ABOUT = frozenset(
    tokenise(
        "summarise summarize summary summaries overview outline describe tell sum up key main points point terms term "
        "takeaways agenda say says cover covers contain contains about document documents filing filed report form "
        "section sections part item items chapter note discuss discussed detail details brief briefly short sentence "
        "sentences bullet bullets paragraph one two three four five six seven eight nine ten please give discussion"
    )
)
_LABEL = re.compile(
    r"^\s*(?:part|item|note|section|article|chapter|exhibit|schedule)\s+[\divxlc]+[a-z]?\b[\s.:–—-]*", re.I
)
_EMPTY = re.compile(
    r"^\W*(?:signatures?|exhibit (?:index|no|number)|exhibits? and financial statement schedules|table of contents"
    r"|index"
    r"|consent of independent|section 1350 certifications?|certifications?)\b|^\W*exhibit \d+\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OutlineChunk:
    """A chunk of a document: its place, and the headings above it, the outermost first."""

    page_number: int
    char_start: int
    char_end: int
    path: tuple[str, ...]

    @property
    def length(self) -> int:
        return self.char_end - self.char_start


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A part of a section that one request can read: its heading, and its text as passages in order."""

    heading: str
    passages: tuple[Passage, ...]

    @property
    def place(self) -> str:
        """Its heading and pages, for a reader."""
        return f"“{self.heading}” ({pages_of(passage.page_number for passage in self.passages)})"


@dataclass(frozen=True, slots=True)
class ChosenSections:
    """What a summary reads. `name` is the heading of the section, empty for the whole document; `share` is the part of
    its text that is read, from 0 to 1.
    """

    name: str
    document: Passage
    parts: tuple[SectionPart, ...] = field(default=())
    share: float = 1.0

    def passages(self) -> list[Passage]:
        """Return the passages of all parts, in order."""
        return [passage for part in self.parts for passage in part.passages]

    def record(self) -> dict[str, object]:
        """Describe what is read for the audit log, without its text."""
        pages = sorted({passage.page_number for passage in self.passages()})
        return {
            "document_id": str(self.document.document_id),
            "version_id": str(self.document.version_id),
            "pages": pages,
        }

    def note(self, left_out: Sequence[str] = ()) -> str:
        """Say what the summary is of, and what was left out. `left_out` are places of parts that were not read."""
        of = f"“{self.name}” in {self.document.document_title}" if self.name else self.document.document_title
        pages = pages_of(passage.page_number for passage in self.passages())
        sentences = [f"This summary is of {of}, {pages}."]
        if self.share < 1:
            sentences.append(
                f"The rest exceeds its limit: it has read {max(1, math.floor(self.share * 100))} % of the text."
            )
        if left_out:
            sentences.append(f"There was no time for {', '.join(left_out)}.")
        return " ".join(sentences)


def pages_of(numbers: Iterable[int]) -> str:
    """Return "page 4", or "pages 4 to 9"."""
    found = sorted(set(numbers))
    return f"page {found[0]}" if len(found) == 1 else f"pages {found[0]} to {found[-1]}"


def find_topic(question: str, asked: AskedKind, document: Passage) -> frozenset[str]:
    """Return the terms of the section that a question for a summary names; none if it is of the whole document."""
    rest = frozenset(tokenise(_NAMED_DOCUMENT.sub(" ", question)))
    return (
        (asked.terms & rest) - _NOT_ABOUT - frozenset(tokenise(f"{document.document_title} {document.document_type}"))
    )


def choose_sections(
    outline: Sequence[OutlineChunk], topic: Set[str], related: Mapping[str, Set[str]], document: Passage
) -> ChosenSections | None:
    """Choose the section whose heading has the topic's terms, or without a topic the whole document; None if no heading
    has most of them. `related` has other words for terms.

    If that is more text than a summary may read, each section inside gets a fair share.
    """
    name, chunks = "", [chunk for chunk in outline if not any(_EMPTY.match(heading) for heading in chunk.path)]
    if topic:
        best = _best_heading(chunks, topic, related)
        if best is None:
            return None
        name = best
        chunks = [chunk for chunk in chunks if best in chunk.path]
    total = sum(chunk.length for chunk in chunks)
    chosen = _fair_share(chunks, MOST_CHARACTERS, within=name)
    if not chosen:
        return None
    share = sum(chunk.length for chunk in chosen) / total
    return ChosenSections(name, document, tuple(_list_parts(chosen, document)), share)


def _best_heading(chunks: Sequence[OutlineChunk], topic: Set[str], related: Mapping[str, Set[str]]) -> str | None:
    lengths: dict[str, int] = {}
    for chunk in chunks:
        for heading in dict.fromkeys(chunk.path):
            lengths[heading] = lengths.get(heading, 0) + chunk.length

    def score(heading: str) -> float:
        terms = frozenset(tokenise(_LABEL.sub("", heading)))
        own = topic & terms
        other = {term for term in topic - own if not terms.isdisjoint(related.get(term, ()))}
        if len(own) + len(other) < _LEAST_COVERAGE * len(topic):
            return 0.0
        covered = len(own) + _OTHER_WORD * len(other)
        return covered / len(topic) * (2 + covered / len(terms)) * math.log10(lengths[heading] + 10)

    best = max(lengths, key=score, default=None)
    return best if best is not None and score(best) > 0 else None


def _fair_share(chunks: Sequence[OutlineChunk], limit: int, *, within: str) -> list[OutlineChunk]:
    """Return the chunks if they fit; else the first ones of each section inside, of about the same length each."""
    if sum(chunk.length for chunk in chunks) <= limit:
        return list(chunks)
    groups: dict[tuple[str, ...], list[OutlineChunk]] = {}
    for chunk in chunks:
        inside = chunk.path[chunk.path.index(within) + 1 :] if within in chunk.path else chunk.path
        depth = 2 if not within and inside and inside[0].upper().startswith("PART") else 1
        groups.setdefault(inside[:depth], []).append(chunk)
    room = max(_LEAST_OF_GROUP, _level([sum(each.length for each in group) for group in groups.values()], limit))
    chosen: set[OutlineChunk] = set()
    left = limit
    for group in groups.values():
        used = 0
        for chunk in group:
            if (used and used + chunk.length > room) or chunk.length > left:
                break
            chosen.add(chunk)
            used += chunk.length
            left -= chunk.length
    return [chunk for chunk in chunks if chunk in chosen]


def _level(lengths: Sequence[int], limit: int) -> int:
    """Return the length to which each text is cut so that all fit into the limit."""
    left, rest = limit, sorted(lengths)
    for number, length in enumerate(rest):
        if length * (len(rest) - number) > left:
            return left // (len(rest) - number)
        left -= length
    return limit


def _list_parts(chunks: Sequence[OutlineChunk], document: Passage) -> Iterable[SectionPart]:
    """Group chunks into parts, in order. A part ends at its limit, or at a heading when it is more than half full."""
    part: list[OutlineChunk] = []
    length = 0
    for chunk in chunks:
        is_new = bool(part) and chunk.path[:-1] != part[-1].path[:-1] and length > PART_CHARACTERS / 2
        if part and (is_new or length + chunk.length > PART_CHARACTERS):
            yield _part(part, document)
            part, length = [], 0
        part.append(chunk)
        length += chunk.length
    if part:
        yield _part(part, document)


def _part(chunks: Sequence[OutlineChunk], document: Passage) -> SectionPart:
    common = _common([chunk.path for chunk in chunks])
    merged: list[OutlineChunk] = []
    for chunk in chunks:
        last = merged[-1] if merged else None
        is_same = last is not None and (last.page_number, last.path) == (chunk.page_number, chunk.path)
        if last is not None and is_same and last.length + chunk.length <= _LONGEST_PASSAGE:
            end = max(last.char_end, chunk.char_end)
            merged[-1] = replace(last, char_start=min(last.char_start, chunk.char_start), char_end=end)
        else:
            merged.append(chunk)
    passages = tuple(_passage(chunk, document) for chunk in merged)
    return SectionPart(common[-1] if common else (chunks[0].path[-1:] or (document.document_title,))[0], passages)


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    first, last = min(paths), max(paths)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _passage(chunk: OutlineChunk, document: Passage) -> Passage:
    return replace(
        document,
        page_number=chunk.page_number,
        char_start=chunk.char_start,
        char_end=chunk.char_end,
        heading=" · ".join(chunk.path),
        table_header="",
        text="",
        kind="text",
    )


ReadOutline = Callable[[Passage], Sequence[OutlineChunk]]


def find_sections(
    question: str,
    asked: AskedKind,
    understanding: Understanding,
    passages: Sequence[Passage],
    read_outline: ReadOutline,
) -> ChosenSections | None:
    """Choose the sections for a summary in the first of the passages' documents that has some, of those of the type and
    the years that the question names. If it names no issuer, the passages must be of one document.
    """
    documents = {passage.document_id: passage for passage in reversed(passages)}
    ranked = [documents[each] for each in dict.fromkeys(passage.document_id for passage in passages)]
    if len(ranked) > 1 and not understanding.issuer_keys:
        return None
    for document in _as_asked(ranked, understanding)[:_MOST_DOCUMENTS]:
        topic = find_topic(question, asked, document)
        chosen = choose_sections(read_outline(document), topic, asked.related, document)
        if chosen is not None:
            return chosen
    return None


def _as_asked(documents: Sequence[Passage], understanding: Understanding) -> Sequence[Passage]:
    types = {kind.value for kind in understanding.document_types}
    years = set(map(str, understanding.periods.years))
    of_type = [each for each in documents if each.document_type in types] or documents
    named = [each for each in of_type if not years.isdisjoint(find_years(f"{each.period} {each.document_title}"))]
    return named or ([] if years else of_type)

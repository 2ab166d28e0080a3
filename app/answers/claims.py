"""What an answer is made of while it is being made: drafted claims, the spans they stand on, what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.llm.port import TokenUsage
from app.retrieval.passages import Passage

PageKey = tuple[UUID, int]
"""A version's id and the number of one of its pages (from 1)."""

PageTexts = Mapping[PageKey, str]
"""The stored texts of the pages that a question's passages lie on, as the principal may read them."""


class Writer(StrEnum):
    MODEL = "model"
    EXTRACTIVE = "extractive"


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOT_FOUND = "not-found"


class DropReason(StrEnum):
    """Why a drafted claim is not shown. The values are stable: they are stored and sent."""

    EMPTY = "empty"
    QUOTE_NOT_FOUND = "quote-not-found"
    QUOTE_MISMATCH = "quote-mismatch"
    NUMBER_NOT_IN_QUOTE = "number-not-in-quote"
    UNRELATED_TO_QUOTE = "unrelated-to-quote"
    NOT_A_STATEMENT = "not-a-statement"
    SAYS_MORE_THAN_QUOTE = "says-more-than-quote"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """A span that a claim stands on: `quote` is to be the stored text of the page from `char_start` to `char_end`."""

    document_id: UUID
    version_id: UUID
    document_title: str
    page_number: int
    char_start: int
    char_end: int
    quote: str

    def page_key(self) -> PageKey:
        return (self.version_id, self.page_number)


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """One sentence as drafted. The first of `citations` carries it; others (a table's header, its units) support it."""

    text: str
    citations: tuple[CitedSpan, ...]


@dataclass(frozen=True, slots=True)
class DroppedClaim:
    """A drafted sentence that may not be shown, and why."""

    text: str
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer made: claims yet to be verified, and what was lost on the way (a quote that is nowhere)."""

    writer: Writer
    claims: tuple[DraftClaim, ...]
    dropped: tuple[DroppedClaim, ...] = ()
    model: str | None = None
    prompt_digest: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)


def cite(passage: Passage, page_text: str, start: int, end: int) -> CitedSpan:
    """The span of a passage's page from `start` to `end`, offsets into the page's text."""
    return CitedSpan(
        document_id=passage.document_id,
        version_id=passage.version_id,
        document_title=passage.document_title,
        page_number=passage.page_number,
        char_start=start,
        char_end=end,
        quote=page_text[start:end],
    )


def page_keys(passages: Sequence[Passage]) -> list[PageKey]:
    """The pages that the passages lie on, each once, in the order of the passages."""
    return list(dict.fromkeys((passage.version_id, passage.page_number) for passage in passages))

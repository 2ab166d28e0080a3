"""Value types of drafting and verification: claims, the spans they cite, and the reasons for dropping them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.llm.port import TokenUsage
from app.quantities.values import Quantity
from app.retrieval.passages import Passage

PageKey = tuple[UUID, int]
"""A page's key: (version id, page number from 1)."""

PageTexts = Mapping[PageKey, str]
"""Stored page texts by page key: the pages of the retrieved passages that the principal may read."""

FIRST_PASSAGES = 12
"""These are shown as sources. Models, figures and table rows are given no others; the built-in writer reads the
sentences of more.
"""


class Writer(StrEnum):
    MODEL = "model"
    EXTRACTIVE = "extractive"


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOT_FOUND = "not-found"


class ClaimPart(StrEnum):
    """What a claim is for: it answers the question, supports the answer, or is shown beside it as evidence. The
    database and the API use these values: do not change them.
    """

    ANSWER = "answer"
    SUPPORT = "support"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Subject:
    """The issuer and the period that a claim is about, as its sources say; None if they don't."""

    issuer: str | None = None
    period: str | None = None

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.issuer, self.period)))


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a comparison: its text, and the ordinal of the claim that states and cites it."""

    text: str
    claim: int | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    label: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A comparison of issuers or periods. Each row has a cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class WriterScore:
    """How sure a writer is of its answer, and what that rests on. `raw` has the writer's own scale."""

    writer: str
    raw: float
    features: Mapping[str, float] = field(default_factory=dict)


class DropReason(StrEnum):
    """The reason why a drafted claim is not shown. The database and the API use these values: do not change them."""

    EMPTY = "empty"
    QUOTE_NOT_FOUND = "quote-not-found"
    QUOTE_MISMATCH = "quote-mismatch"
    NUMBER_NOT_IN_QUOTE = "number-not-in-quote"
    UNRELATED_TO_QUOTE = "unrelated-to-quote"
    NOT_A_STATEMENT = "not-a-statement"
    SAYS_MORE_THAN_QUOTE = "says-more-than-quote"
    ARITHMETIC_FAILED = "arithmetic-failed"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """A page span that a claim cites. Verification checks that `quote` is the page's stored text at these offsets."""

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
class Operand:
    """A printed figure that a computation uses: its value, and its place on a page. `turned` states that the value has
    the other sign than printed.
    """

    key: PageKey
    span: tuple[int, int]
    value: Quantity
    turned: bool = False


class Computation(Protocol):
    """The arithmetic behind a sentence. Verification does it again."""

    def operands(self) -> Sequence[Operand]: ...

    def sentence(self) -> str:
        """Compute the result from the operands, and return the sentence that states it."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure that code offers to a writer: the sentence that states it, and the one that shows its arithmetic (None
    if it is printed as it is), with the spans that both cite.
    """

    result: Computation
    working: Computation | None
    citations: tuple[CitedSpan, ...]


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A drafted sentence. The first citation is its evidence; the others are its context (table header, units).

    `computation` is set if the sentence states a result that its quotes do not state. `stated` are figures that code
    put into the sentence of a writer: it may use their sentences as it may its quotes. `period` names the period of its
    figures; without one, the claim is of the period of the document that it cites.
    """

    text: str
    citations: tuple[CitedSpan, ...]
    computation: Computation | None = None
    part: ClaimPart = ClaimPart.SUPPORT
    period: str | None = None
    stated: tuple[StatedFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class DroppedClaim:
    """A drafted sentence that failed verification, with the reason."""

    text: str
    reason: DropReason
    part: ClaimPart = ClaimPart.SUPPORT


@dataclass(frozen=True, slots=True)
class Draft:
    """A writer's output: unverified claims, and claims that were dropped because their quotes were not found.
    `left_out` are places of the text that a summary had no time to read.
    """

    writer: Writer
    claims: tuple[DraftClaim, ...]
    dropped: tuple[DroppedClaim, ...] = ()
    score: WriterScore | None = None
    model: str | None = None
    prompt_digest: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    left_out: tuple[str, ...] = ()


class Citable(Protocol):
    """What a citation needs to know of its document and page."""

    @property
    def document_id(self) -> UUID: ...

    @property
    def version_id(self) -> UUID: ...

    @property
    def document_title(self) -> str: ...

    @property
    def page_number(self) -> int: ...


def cite(passage: Citable, page_text: str, start: int, end: int, *, page_number: int | None = None) -> CitedSpan:
    """Cite the text of a page from `start` to `end` as evidence from the document of `passage`: by default of the
    passage's page.
    """
    return CitedSpan(
        document_id=passage.document_id,
        version_id=passage.version_id,
        document_title=passage.document_title,
        page_number=page_number or passage.page_number,
        char_start=start,
        char_end=end,
        quote=page_text[start:end],
    )


def page_keys(passages: Sequence[Passage]) -> list[PageKey]:
    """List the pages of the passages without duplicates, in passage order."""
    return list(dict.fromkeys((passage.version_id, passage.page_number) for passage in passages))

"""Request and response schemas of the question endpoints."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.answers.claims import CitedSpan, ClaimPart, DropReason, Grid, Subject, Writer
from app.answers.errors import MAX_QUESTION_CHARACTERS
from app.answers.events import AnswerStatus, AnswerView, ShownClaim, SourcesFound
from app.documents.metadata import DocumentType, FiscalPeriod
from app.http.text import Line
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage

_MAX_VALUES = 50
Year = Annotated[int, Field(ge=1900, le=2100)]


# The service validates length and characters: its errors are more specific than a schema's.
QuestionText = Annotated[
    str,
    Field(
        json_schema_extra={"minLength": 1, "maxLength": MAX_QUESTION_CHARACTERS},
        examples=["What was total revenue in fiscal 2022?"],
    ),
]


class ScopeIn(BaseModel):
    """Where to search. An empty list does not filter."""

    model_config = ConfigDict(extra="forbid")

    collection_ids: list[UUID] = Field(default=[], max_length=_MAX_VALUES, description="Collections to search.")
    issuers: list[Line] = Field(default=[], max_length=_MAX_VALUES, description="Issuer names, in any spelling.")
    document_types: list[DocumentType] = Field(default=[], max_length=_MAX_VALUES)
    fiscal_years: list[Year] = Field(default=[], max_length=_MAX_VALUES)
    periods: list[FiscalPeriod] = Field(default=[], max_length=_MAX_VALUES)
    document_ids: list[UUID] = Field(default=[], max_length=_MAX_VALUES, description="Documents to search.")

    def filters(self) -> SearchFilters:
        return SearchFilters(
            collection_ids=tuple(self.collection_ids),
            issuers=tuple(self.issuers),
            document_types=tuple(self.document_types),
            fiscal_years=tuple(self.fiscal_years),
            periods=tuple(self.periods),
            document_ids=tuple(self.document_ids),
        )


class QuestionIn(ScopeIn):
    """A question and search filters. An empty list does not filter."""

    question: QuestionText


class CitationOut(BaseModel):
    """`quote` is the text of the version's page from `char_start` to `char_end`."""

    document_id: UUID
    version_id: UUID
    document_title: str
    page_number: int
    char_start: int
    char_end: int
    quote: str

    @classmethod
    def of(cls, span: CitedSpan) -> "CitationOut":
        return cls.model_validate(span, from_attributes=True)


class SubjectOut(BaseModel):
    """Whose statement or figure a claim is, and of which period; null where the sources don't say."""

    issuer: str | None
    period: str | None

    @classmethod
    def of(cls, subject: Subject) -> "SubjectOut":
        return cls.model_validate(subject, from_attributes=True)


class ClaimOut(BaseModel):
    """A verified sentence. The first citation is its evidence; the others cite a table's headings and units.

    `part`: "answer" answers the question, "support" supports the answer, and "related" is evidence beside it, which
    does not answer.
    """

    ordinal: int
    part: ClaimPart
    subject: SubjectOut
    text: str
    citations: list[CitationOut]

    @classmethod
    def of(cls, claim: ShownClaim) -> "ClaimOut":
        return cls(
            ordinal=claim.ordinal,
            part=claim.part,
            subject=SubjectOut.of(claim.subject),
            text=claim.text,
            citations=[CitationOut.of(span) for span in claim.citations],
        )


class GridCellOut(BaseModel):
    """`claim` is the ordinal of the claim that states and cites the cell."""

    text: str
    claim: int | None


class GridRowOut(BaseModel):
    label: str
    cells: list[GridCellOut]


class GridOut(BaseModel):
    """A comparison of issuers or periods. Each row has a cell for each column."""

    columns: list[str]
    rows: list[GridRowOut]

    @classmethod
    def of(cls, grid: Grid) -> "GridOut":
        return cls.model_validate(asdict(grid))


class UsageOut(BaseModel):
    """The model's token usage and cost. `cost_usd` is a decimal number in a string."""

    tokens_in: int
    tokens_out: int
    cost_usd: str


class QuestionOut(BaseModel):
    """A question and how it was answered.

    `outcome`: "not-found" means that no document you may see answers the question; "withdrawn" means that you have lost
    access to a source of the answer. `writer`: "extractive" means that no language model wrote the answer. `degraded`
    is true if the language model's draft was not used, or if documents were searched without embeddings
    ("embeddings-unavailable"); `degraded_reason` has the reason.
    """

    id: UUID
    question: str
    asked_at: datetime
    outcome: AnswerStatus
    writer: Writer | None
    degraded: bool
    degraded_reason: str | None

    @classmethod
    def of(cls, view: AnswerView) -> "QuestionOut":
        return cls(**_summary(view))


class AnswerOut(QuestionOut):
    """The complete answer. The first of the `claims` answers the question, and the others support it. `related` is
    evidence that does not answer; an answer that is "not-found" may have some. `grid` compares what claims state.
    `dropped` counts the drafted sentences
    that are not shown because they lack evidence.
    """

    notice: str | None
    claims: list[ClaimOut]
    related: list[ClaimOut]
    grid: GridOut | None
    dropped: int
    dropped_reasons: dict[DropReason, int]
    model: str | None
    usage: UsageOut
    duration_ms: int

    @classmethod
    def of(cls, view: AnswerView) -> "AnswerOut":
        return cls(
            **_summary(view),
            notice=view.notice,
            claims=[ClaimOut.of(claim) for claim in view.claims],
            related=[ClaimOut.of(claim) for claim in view.related],
            grid=None if view.grid is None else GridOut.of(view.grid),
            dropped=view.dropped_count(),
            dropped_reasons=dict(view.dropped or {}),
            model=view.model,
            usage=UsageOut(tokens_in=view.tokens_in, tokens_out=view.tokens_out, cost_usd=f"{view.cost_usd:f}"),
            duration_ms=view.duration_ms,
        )


def _summary(view: AnswerView) -> dict[str, object]:
    return {
        "id": view.question_id,
        "question": view.question,
        "asked_at": view.asked_at,
        "outcome": view.status,
        "writer": view.writer,
        "degraded": view.degraded is not None,
        "degraded_reason": view.degraded,
    }


class SourceOut(BaseModel):
    """A passage that the answer is drafted from."""

    document_id: UUID
    version_id: UUID
    document_title: str
    issuer: str | None
    document_type: str
    period: str | None
    page_number: int
    char_start: int
    char_end: int
    heading: str
    rank: int

    @classmethod
    def of(cls, passage: Passage) -> "SourceOut":
        return cls.model_validate(passage, from_attributes=True)


class SourcesOut(BaseModel):
    """Data of the event `sources`."""

    id: UUID
    sources: list[SourceOut]

    @classmethod
    def of(cls, found: SourcesFound) -> "SourcesOut":
        return cls(id=found.question_id, sources=[SourceOut.of(passage) for passage in found.passages])


class DroppedOut(BaseModel):
    """Data of the event `dropped`, without the sentence's text."""

    reason: DropReason

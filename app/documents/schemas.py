"""Request and response schemas of documents."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.documents.metadata import DocumentType, FiscalPeriod, PartyRole
from app.documents.models import PARTIES, DocumentVersion
from app.documents.service import DocumentView, PageView
from app.http.text import Line
from app.jobs.schemas import RunFailureOut
from app.quantities.unit_mentions import Scale

Source = Annotated[Line, StringConstraints(max_length=100)]
"""The source of a document, as named in entitlement packs."""
VersionStatus = Literal["processing", "ready", "failed"]


class VersionOut(BaseModel):
    """One file of a document. `table_count` and `fact_count` are null if its tables and facts were not read: it is not
    published yet, or was published before Footnote stored them.
    """

    id: UUID
    document_id: UUID
    number: int
    status: VersionStatus
    content_sha256: str
    size_bytes: int
    media_type: str | None
    page_count: int | None
    table_count: int | None
    fact_count: int | None
    warnings: list[str]
    created_at: datetime
    published_at: datetime | None

    @staticmethod
    def of(version: DocumentVersion) -> "VersionOut":
        return VersionOut(
            id=version.id,
            document_id=version.document_id,
            number=version.number,
            status=version.status,
            content_sha256=version.content_sha256,
            size_bytes=version.size_bytes,
            media_type=version.media_type,
            page_count=version.page_count,
            table_count=version.table_count,
            fact_count=version.fact_count,
            warnings=list((version.warnings or {}).get("items", [])),
            created_at=version.created_at,
            published_at=version.published_at,
        )


class PartyOut(BaseModel):
    """A party of an agreement or offering. `quote` states its role: the text of page `page` from `start` to `end`."""

    name: str
    role: PartyRole = Field(examples=["borrower"])
    quote: str
    page: int
    start: int
    end: int
    confidence: float


class DocumentOut(BaseModel):
    """A document. `status` is the status of its newest version; `failure` has the reason if that version failed.
    `metadata_sources` has the source of each field. `parties` are those of an agreement or offering, borrowers and
    issuers first.
    """

    id: UUID
    collection_id: UUID
    title: str
    filename: str
    status: VersionStatus
    failure: RunFailureOut | None = None
    issuer: str | None
    document_type: str | None = Field(examples=["10-K"])
    source: str | None
    fiscal_year: int | None
    fiscal_period: str | None
    period_end: date | None
    filing_date: date | None
    currency: str | None
    scale: str | None
    metadata_sources: dict[str, Any]
    parties: list[PartyOut]
    current_version_id: UUID | None
    newest_version: VersionOut
    revision: int
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(view: DocumentView) -> "DocumentOut":
        row = view.document
        newest = VersionOut.of(view.newest)
        letter = view.dead_letter
        sources = dict(row.metadata_sources or {})
        parties = sources.pop(PARTIES, {}).get("items", [])
        computed = {"metadata_sources", "parties", "status", "failure", "newest_version"}
        same_in_row = set(DocumentOut.model_fields) - computed
        return DocumentOut(
            **{name: getattr(row, name) for name in same_in_row},
            metadata_sources=sources,
            parties=[PartyOut(**party) for party in parties],
            status=newest.status,
            failure=None if letter is None else RunFailureOut(code=letter.kind, detail=letter.reason),
            newest_version=newest,
        )


class DocumentChange(BaseModel):
    """Fields to set. Null clears a field, and omitted fields do not change. Owners may set `collection_id` to move the
    document.

    Setting `source` or `document_type` may give users with entitlement packs access to the document, even if the new
    type is the one that was read from the file.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "minProperties": 1,
            "examples": [{"issuer": "Northwind Holdings plc", "fiscal_year": 2024, "fiscal_period": "FY"}],
        },
    )

    title: Line = "untitled"
    issuer: Line | None = None
    document_type: DocumentType | None = None
    fiscal_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    fiscal_period: FiscalPeriod | None = None
    period_end: date | None = None
    filing_date: date | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    scale: Scale | None = None
    source: Source | None = None
    collection_id: UUID = UUID(int=0)

    @model_validator(mode="after")
    def _check_any_field(self) -> "DocumentChange":
        if not self.model_fields_set:
            raise ValueError("set at least one field")
        return self


class WordOut(BaseModel):
    """A word: `text[start:end]` of its page, and its box in points from the page's top left corner."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


class BesideOut(BaseModel):
    """Text that is printed on a page, but is not part of its text. It is printed before `text[offset]` of the page."""

    offset: int
    text: str


class PageOut(BaseModel):
    """A page's text in reading order. `width` and `height` are in points (1/72 inch); they are 0 for formats without
    page sizes. `filed` states that the page can also be shown as it was filed. `marks` are the raised footnote marks,
    and `deleted` is the text that is struck through.
    """

    document_id: UUID
    version_id: UUID
    number: int
    width: float
    height: float
    filed: bool
    text: str
    words: list[WordOut]
    marks: list[BesideOut]
    deleted: list[BesideOut]

    @staticmethod
    def of(view: PageView) -> "PageOut":
        page = view.page
        words = [
            WordOut(start=start, end=end, x0=x0, y0=y0, x1=x1, y1=y1)
            for (start, end), (x0, y0, x1, y1) in zip(
                view.words.spans.tolist(), view.words.boxes.round(2).tolist(), strict=True
            )
        ]
        return PageOut(
            document_id=page.document_id,
            version_id=view.version_id,
            number=page.number,
            width=page.width,
            height=page.height,
            filed=view.is_filed_as_html,
            text=page.text,
            words=words,
            marks=[BesideOut(offset=mark.offset, text=mark.text) for mark in view.marks],
            deleted=[BesideOut(offset=each.offset, text=each.text) for each in view.deleted],
        )

"""Watched issuers in responses."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.issuers.schemas import IssuerRefOut
from app.issuers.watching.repository import NewDocument
from app.issuers.watching.service import WatchedIssuer


class NewDocumentOut(BaseModel):
    """A document that became searchable since the last visit."""

    id: UUID
    title: str = Field(examples=["Juniper Tool Works, Inc. 10-K FY2031"])
    document_type: str | None = Field(examples=["10-K"])
    published_at: datetime

    @staticmethod
    def of(document: NewDocument) -> "NewDocumentOut":
        return NewDocumentOut(
            id=document.id,
            title=document.title,
            document_type=document.document_type,
            published_at=document.published_at,
        )


class WatchedIssuerOut(IssuerRefOut):
    """An issuer that you watch. `seen_at` is your last visit of its page, or when you began to watch it; `new` are the
    documents that became searchable since then, newest first.
    """

    watched_since: datetime
    seen_at: datetime
    new: list[NewDocumentOut]

    @staticmethod
    def watched(watched: WatchedIssuer) -> "WatchedIssuerOut":
        return WatchedIssuerOut(
            id=watched.issuer.id,
            name=watched.issuer.name,
            watched_since=watched.made_at,
            seen_at=watched.seen_at,
            new=[NewDocumentOut.of(document) for document in watched.new],
        )


class WatchedIssuersOut(BaseModel):
    """The issuers that you watch, at most 100: those with the newest documents first."""

    items: list[WatchedIssuerOut]

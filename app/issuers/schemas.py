"""Issuers in requests and responses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.http.text import Line
from app.issuers.changes import Effect, IssuerChange
from app.issuers.edits import EditKind, IssuerEdit
from app.issuers.names import Issuer, IssuerName, NameRole
from app.issuers.repository import IssuerDocument, NamePlace
from app.issuers.service import ListedIssuer
from app.issuers.views import MOST_DOCUMENTS, IssuerView


class IssuerChangeIn(BaseModel):
    """A change of an issuer: exactly one of the three."""

    model_config = ConfigDict(extra="forbid")

    merge_into: Line | None = Field(
        default=None, description="The ID or name of the issuer that takes this one's documents.", examples=[None]
    )
    split_off: list[UUID] = Field(
        default=[], max_length=MOST_DOCUMENTS, description="Documents that are of another issuer.", examples=[[]]
    )
    name: Line | None = Field(default=None, description="The name to show.", examples=["Juniper Tool Works, Inc."])

    def change(self) -> IssuerChange:
        return IssuerChange(self.merge_into, tuple(self.split_off), self.name)


class IssuerRefOut(BaseModel):
    """An issuer's ID and name."""

    id: UUID
    name: str = Field(examples=["Juniper Tool Works, Inc."])

    @staticmethod
    def of(issuer: Issuer) -> "IssuerRefOut":
        return IssuerRefOut(id=issuer.id, name=issuer.name)


class IssuerOut(IssuerRefOut):
    """An issuer, with the number of its documents that you may read, and of those that have facts."""

    cik: str | None = Field(examples=["0000123456"])
    lei: str | None = Field(examples=[None])
    tickers: list[str] = Field(examples=[["JTW"]])
    documents: int = Field(examples=[9])
    documents_with_facts: int = Field(examples=[9])

    @staticmethod
    def listed(listed: ListedIssuer) -> "IssuerOut":
        issuer = listed.issuer
        return IssuerOut(
            id=issuer.id,
            name=issuer.name,
            documents=listed.documents,
            documents_with_facts=listed.with_facts,
            **_identifiers(issuer),
        )


class NamePlaceOut(BaseModel):
    """Where a document gives a name. A tag of the file has no place."""

    kind: str = Field(examples=["cover"])
    document_id: UUID
    page: int | None = Field(examples=[1])
    char_start: int | None = Field(examples=[120])
    char_end: int | None = Field(examples=[144])

    @staticmethod
    def of(place: NamePlace) -> "NamePlaceOut":
        return NamePlaceOut(
            kind=place.kind,
            document_id=place.document_id,
            page=place.page,
            char_start=place.char_start,
            char_end=place.char_end,
        )


class IssuerNameOut(BaseModel):
    """A name or identifier: its role, the kinds of places that give it, the number of documents with the most frequent
    kind, and some places.
    """

    name: str = Field(examples=["Juniper Tool Works, Inc."])
    role: NameRole = Field(examples=["own"])
    kinds: list[str] = Field(examples=[["cover", "signature"]])
    documents: int = Field(examples=[9])
    places: list[NamePlaceOut]

    @staticmethod
    def of(name: IssuerName, places: Sequence[NamePlace] = ()) -> "IssuerNameOut":
        return IssuerNameOut(
            name=name.text,
            role=name.role,
            kinds=list(name.kinds),
            documents=name.documents,
            places=[NamePlaceOut.of(place) for place in places],
        )


class IssuerDocumentOut(BaseModel):
    """A document of an issuer, and the issuer as the document prints it."""

    id: UUID
    title: str = Field(examples=["Juniper Tool Works, Inc. 10-K FY2031"])
    issuer: str | None = Field(examples=["JUNIPER TOOL WORKS INC"])
    document_type: str | None = Field(examples=["10-K"])
    editable: bool

    @staticmethod
    def of(document: IssuerDocument) -> "IssuerDocumentOut":
        return IssuerDocumentOut(
            id=document.id,
            title=document.title,
            issuer=document.issuer,
            document_type=document.document_type,
            editable=document.is_editable,
        )


class IssuerEditOut(BaseModel):
    """A change by an editor, with the number of documents of this issuer that it concerns."""

    id: UUID
    kind: EditKind = Field(examples=["rename"])
    made_at: datetime
    name: str | None = Field(examples=["Juniper Tool Works, Inc."])
    documents: int = Field(examples=[9])

    @staticmethod
    def of(edit: IssuerEdit) -> "IssuerEditOut":
        return IssuerEditOut(
            id=edit.id, kind=edit.kind, made_at=edit.made_at, name=edit.name, documents=len(edit.documents)
        )


class IssuerDetailOut(IssuerOut):
    """An issuer with its names, its first documents (at most 2,000) and the editors' changes, newest first."""

    names: list[IssuerNameOut]
    listed_documents: list[IssuerDocumentOut]
    edits: list[IssuerEditOut]

    @staticmethod
    def viewed(view: IssuerView) -> "IssuerDetailOut":
        return IssuerDetailOut(
            id=view.issuer.id,
            name=view.issuer.name,
            documents=view.document_count,
            documents_with_facts=view.with_facts,
            names=[IssuerNameOut.of(name, view.places.get((name.role, name.form), ())) for name in view.issuer.names],
            listed_documents=[IssuerDocumentOut.of(document) for document in view.documents[:MOST_DOCUMENTS]],
            edits=[IssuerEditOut.of(edit) for edit in view.edits],
            **_identifiers(view.issuer),
        )


class IssuerEffectOut(BaseModel):
    """What a change does: the documents that move, with their facts and names, and the issuers afterwards.

    `edit_id` withdraws the change; a preview has none.
    """

    kind: EditKind = Field(examples=["merge"])
    documents: list[IssuerDocumentOut]
    facts: int = Field(examples=[8211])
    names: list[IssuerNameOut]
    issuers: list[IssuerRefOut]
    edit_id: UUID | None

    @staticmethod
    def of(effect: Effect) -> "IssuerEffectOut":
        return IssuerEffectOut(
            kind=effect.kind,
            documents=[IssuerDocumentOut.of(document) for document in effect.documents],
            facts=effect.facts,
            names=[IssuerNameOut.of(name) for name in effect.names],
            issuers=[IssuerRefOut.of(issuer) for issuer in effect.issuers],
            edit_id=effect.edit_id,
        )


class IssuersOut(BaseModel):
    """Issuers after a change was withdrawn."""

    issuers: list[IssuerRefOut]


def _identifiers(issuer: Issuer) -> dict[str, object]:
    def texts(role: NameRole) -> list[str]:
        return [name.text for name in issuer.names if name.role is role]

    return {
        "cik": next(iter(texts(NameRole.CIK)), None),
        "lei": next(iter(texts(NameRole.LEI)), None),
        "tickers": texts(NameRole.TICKER),
    }

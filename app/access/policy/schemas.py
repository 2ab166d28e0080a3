"""Request and response schemas of labels, clearances, packs and exclusions."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.access.collections.schemas import SubjectIn, one_of
from app.access.models import Clearance, EntitlementPack, Exclusion, Label
from app.http.text import Line

Word = Annotated[Line, StringConstraints(max_length=100)]
"""A document's type or source."""

_SUBJECT = "0190c0de-7e57-7000-8000-0000000096aa"


class LabelIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["mnpi:project-x"])


class LabelOut(BaseModel):
    """A label: only users with a clearance can read the labelled documents."""

    id: UUID
    name: str = Field(examples=["mnpi:project-x"])
    created_at: datetime

    @classmethod
    def of(cls, row: Label) -> "LabelOut":
        return cls.model_validate(row, from_attributes=True)


class LabelsOut(BaseModel):
    """The labels set on the collection or document itself. Labels that you may not see are omitted."""

    items: list[LabelOut]


class ClearanceIn(SubjectIn):
    """The user or group that is cleared for a label: exactly one of `user_id` and `group_id`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "allOf": [one_of("user_id", "group_id")],
            "examples": [{"label_id": "0190c0de-7e57-7000-8000-0000000001ab", "group_id": _SUBJECT}],
        },
    )

    label_id: UUID


class ClearanceOut(BaseModel):
    """A clearance; it grants no access by itself."""

    id: UUID
    label_id: UUID
    user_id: UUID | None
    group_id: UUID | None = Field(examples=[None])
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Clearance) -> "ClearanceOut":
        return cls.model_validate(row, from_attributes=True)


class PackIn(BaseModel):
    """The types and sources of the documents in a pack. One of the lists may be empty, and then matches all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [
                {"properties": {name: {"minItems": 1}}, "required": [name]} for name in ("document_types", "sources")
            ],
            "examples": [{"name": "Vendor research", "document_types": ["10-K"], "sources": ["vendor"]}],
        },
    )

    name: Line
    document_types: list[Word] = Field(default=[], max_length=50)
    sources: list[Word] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.document_types and not self.sources:
            raise ValueError("name at least one type or source")
        return self


class PackName(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Vendor research"])


class PackOut(BaseModel):
    """An entitlement pack; `GET /v1/grants?pack_id=…` lists the grants that give access to it."""

    id: UUID
    name: str = Field(examples=["Vendor research"])
    document_types: list[str] = Field(examples=[["10-K"]])
    sources: list[str] = Field(examples=[["vendor"]])
    created_at: datetime

    @classmethod
    def of(cls, row: EntitlementPack) -> "PackOut":
        return cls.model_validate(row, from_attributes=True)


class ExclusionIn(SubjectIn):
    """The user or group to exclude from a document, despite all grants: exactly one of `user_id` and `group_id`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "allOf": [one_of("user_id", "group_id")],
            "examples": [{"document_id": "0190c0de-7e57-7000-8000-00000000d0c5", "group_id": _SUBJECT}],
        },
    )

    document_id: UUID


class ExclusionOut(BaseModel):
    id: UUID
    document_id: UUID
    user_id: UUID | None
    group_id: UUID | None = Field(examples=[None])
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Exclusion) -> "ExclusionOut":
        return cls.model_validate(row, from_attributes=True)

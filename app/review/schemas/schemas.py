"""Schemas in requests and responses."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.review.models import SchemaVersion
from app.review.schemas.definition import KEY_PATTERN, FieldSpec, is_key
from app.review.schemas.published import ReadingEffect
from app.review.schemas.service import SchemaEffect, SchemaView

KEY_RULE = "a key has 1 to 63 small letters, digits, '-' and '_', and starts with a letter, such as fee-letter"


def _check_key(key: str) -> str:
    if not is_key(key):
        raise PydanticCustomError("schema_key", KEY_RULE)
    return key


SchemaKey = Annotated[str, AfterValidator(_check_key), Field(json_schema_extra={"pattern": KEY_PATTERN})]
_DEFINITION: dict[str, Any] = {
    "title": "Fee letter",
    "x-document-types": ["other"],
    "type": "object",
    "properties": {
        "fee": {
            "title": "Fee",
            "description": "The fee that the borrower pays at signing.",
            "type": "number",
            "x-field": {"importance": 5, "unit": "USD", "policy": "two"},
        }
    },
}


class DefinitionIn(BaseModel):
    """A JSON Schema (2020-12) of an object, whose properties are the fields to extract; `x-field` has what JSON Schema
    has no word for: kind, importance, words, unit, policy, rule.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"definition": _DEFINITION}]})

    definition: dict[str, Any]


class NewSchemaIn(DefinitionIn):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "fee-letter", "definition": _DEFINITION}]}
    )

    key: SchemaKey


class ArchivingIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"archived": True}]})

    archived: bool


class SchemaFieldOut(BaseModel):
    key: str
    title: str
    kind: str
    items: str | None = Field(description="The kind of a list's items.")
    instructions: str
    importance: int
    rule: str | None
    words: list[str]
    unit: str | None
    policy: str

    @classmethod
    def of(cls, spec: FieldSpec) -> "SchemaFieldOut":
        return cls(
            key=spec.key,
            title=spec.title,
            kind=spec.kind,
            items=spec.items,
            instructions=spec.instructions,
            importance=spec.importance,
            rule=spec.rule,
            words=list(spec.words),
            unit=spec.unit,
            policy=spec.policy,
        )


class SchemaOut(BaseModel):
    """A schema. `id` is null for a shipped one that the tenant has not used yet. `version` is the newest."""

    id: UUID | None
    key: str
    title: str
    origin: str = Field(description="shipped: by Footnote; tenant: made by the tenant.")
    version: int
    document_types: list[str]
    field_count: int
    archived_at: datetime | None

    @classmethod
    def of(cls, view: SchemaView) -> "SchemaOut":
        return cls(
            id=view.id,
            key=view.schema.key,
            title=view.schema.title,
            origin=view.origin,
            version=view.newest,
            document_types=list(view.schema.document_types),
            field_count=len(view.schema.fields),
            archived_at=view.archived_at,
        )


class ReadingEffectOut(BaseModel):
    """What reading published documents by a schema costs: documents without a task for it, their pages, and `readings`,
    the fields that are read in all of them. Only documents that you may see are counted.
    """

    documents: int
    pages: int
    fields: int
    readings: int

    @classmethod
    def of(cls, effect: ReadingEffect) -> "ReadingEffectOut":
        return cls(documents=effect.documents, pages=effect.pages, fields=effect.fields, readings=effect.readings)


class SchemaDetailOut(SchemaOut):
    """A version of a schema with its fields in order, and its definition."""

    shown_version: int
    fields: list[SchemaFieldOut]
    definition: dict[str, Any]

    @classmethod
    def of(cls, view: SchemaView) -> "SchemaDetailOut":
        return cls(
            **SchemaOut.of(view).model_dump(),
            shown_version=view.version,
            fields=[SchemaFieldOut.of(spec) for spec in view.schema.fields],
            definition=dict(view.definition),
        )


class SchemaVersionOut(BaseModel):
    number: int
    created_by: UUID
    created_at: datetime

    @classmethod
    def of(cls, row: SchemaVersion) -> "SchemaVersionOut":
        return cls(number=row.number, created_by=row.created_by, created_at=row.created_at)


class EffectOut(BaseModel):
    """What a new version changes. Added and changed fields are read again in `tasks` tasks of `pages` pages in total
    (those that you may see): `readings` readings. Unchanged fields keep what was read.
    """

    added: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: list[str]
    tasks: int
    pages: int
    readings: int

    @classmethod
    def of(cls, effect: SchemaEffect) -> "EffectOut":
        return cls(
            added=list(effect.added),
            changed=list(effect.changed),
            removed=list(effect.removed),
            unchanged=list(effect.unchanged),
            tasks=effect.tasks,
            pages=effect.pages,
            readings=effect.readings,
        )


class NewVersionOut(BaseModel):
    schema_: SchemaDetailOut = Field(alias="schema")
    effect: EffectOut

"""Request and response schemas of collections and grants."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from app.access.collections.editing import Subject
from app.access.collections.moving import CollectionEdit
from app.access.collections.repository import NewGrant
from app.access.models import Collection, Grant
from app.http.text import Line


class Level(StrEnum):
    """What a grant permits: viewers read; editors read and change; owners read, change and grant."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"


NUMBERS = {Level.VIEWER: 1, Level.EDITOR: 2, Level.OWNER: 3}
LEVELS = {number: level for level, number in NUMBERS.items()}


class CollectionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Leveraged loans"])
    parent_id: UUID | None = Field(default=None, description="The parent collection.")


class CollectionChange(BaseModel):
    """Fields to change; others keep their values. A null `parent_id` moves the collection to the top level."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"minProperties": 1, "examples": [{"name": "Leveraged loans, Europe"}]}
    )

    name: Line = "unnamed"
    parent_id: UUID | None = Field(
        default=None, description="The new parent collection; only owners may move a collection."
    )

    @model_validator(mode="after")
    def _something(self) -> "CollectionChange":
        if not self.model_fields_set:
            raise ValueError("give at least one of name and parent_id")
        return self

    def to_edit(self) -> CollectionEdit:
        given = self.model_fields_set
        return CollectionEdit(
            name=self.name if "name" in given else None, moves="parent_id" in given, parent_id=self.parent_id
        )


class CollectionOut(BaseModel):
    id: UUID
    name: str
    parent_id: UUID | None
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, row: Collection) -> "CollectionOut":
        return cls(id=row.id, name=row.name, parent_id=row.parent_id, revision=row.revision, created_at=row.created_at)


def one_of(*names: str) -> JsonDict:
    """Return the JSON schema of an object with exactly one of these fields."""

    def only(given: str) -> JsonDict:
        others: JsonDict = {name: {"type": "null"} for name in names if name != given}
        return {"required": [given], "properties": {given: {"type": "string"}, **others}}

    return {"oneOf": [only(name) for name in names]}


class SubjectIn(BaseModel):
    """The user or group that gets a right: exactly one of `user_id` and `group_id`. A null `expires_at` means no
    expiry.
    """

    user_id: UUID | None = None
    group_id: UUID | None = None
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.user_id is None) == (self.group_id is None):
            raise ValueError("give either user_id or group_id")
        return self

    def to_subject(self) -> Subject:
        return Subject(user_id=self.user_id, group_id=self.group_id, expires_at=self.expires_at)


class GrantIn(SubjectIn):
    """A grant to create, with exactly one of `user_id` and `group_id`, and exactly one of `collection_id`,
    `document_id` and `pack_id`.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "allOf": [one_of("user_id", "group_id"), one_of("collection_id", "document_id", "pack_id")],
            "examples": [
                {
                    "collection_id": "0190c0de-7e57-7000-8000-00000000c011",
                    "user_id": "0190c0de-7e57-7000-8000-00000000a11a",
                    "level": "viewer",
                }
            ],
        },
    )

    collection_id: UUID | None = None
    document_id: UUID | None = None
    pack_id: UUID | None = Field(
        default=None, description="An entitlement pack; only administrators grant packs, and only at level viewer."
    )
    level: Level = Level.VIEWER

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        if sum(given is not None for given in (self.collection_id, self.document_id, self.pack_id)) != 1:
            raise ValueError("give one of collection_id, document_id and pack_id")
        if self.pack_id is not None and self.level is not Level.VIEWER:
            raise ValueError("a grant of a pack must have the level viewer")
        return self

    def to_grant(self) -> NewGrant:
        return NewGrant(
            user_id=self.user_id,
            group_id=self.group_id,
            collection_id=self.collection_id,
            document_id=self.document_id,
            pack_id=self.pack_id,
            level=NUMBERS[self.level],
            expires_at=self.expires_at,
        )


class GrantOut(BaseModel):
    id: UUID
    user_id: UUID | None
    group_id: UUID | None
    collection_id: UUID | None
    document_id: UUID | None
    pack_id: UUID | None
    level: Level
    created_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, row: Grant) -> "GrantOut":
        return cls(
            id=row.id,
            user_id=row.user_id,
            group_id=row.group_id,
            collection_id=row.collection_id,
            document_id=row.document_id,
            pack_id=row.pack_id,
            level=LEVELS[row.level],
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

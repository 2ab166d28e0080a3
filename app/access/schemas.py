"""What the access endpoints take and give."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from app.access.models import Collection, Grant
from app.access.repository import NewGrant
from app.http.text import Line


class Level(StrEnum):
    """What a grant lets do: read; read and change; read, change and grant."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"


_NUMBERS = {Level.VIEWER: 1, Level.EDITOR: 2, Level.OWNER: 3}
_LEVELS = {number: level for level, number in _NUMBERS.items()}


class CollectionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Leveraged loans"])
    parent_id: UUID | None = Field(default=None, description="The collection that the new one is inside.")


class CollectionChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Leveraged loans, Europe"])


class CollectionOut(BaseModel):
    id: UUID
    name: str
    parent_id: UUID | None
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, row: Collection) -> "CollectionOut":
        return cls(id=row.id, name=row.name, parent_id=row.parent_id, revision=row.revision, created_at=row.created_at)


def _one_of(first: str, second: str) -> JsonDict:
    """The schema of "one of these two and not the other"."""

    def only(given: str, left_out: str) -> JsonDict:
        return {"required": [given], "properties": {given: {"type": "string"}, left_out: {"type": "null"}}}

    return {"oneOf": [only(first, second), only(second, first)]}


class GrantIn(BaseModel):
    """Exactly one of `user_id` and `group_id`, and one of `collection_id` and `document_id`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "allOf": [_one_of("user_id", "group_id"), _one_of("collection_id", "document_id")],
            "examples": [
                {
                    "collection_id": "0190c0de-7e57-7000-8000-00000000c011",
                    "user_id": "0190c0de-7e57-7000-8000-00000000a11a",
                    "level": "viewer",
                }
            ],
        },
    )

    user_id: UUID | None = None
    group_id: UUID | None = None
    collection_id: UUID | None = None
    document_id: UUID | None = None
    level: Level = Level.VIEWER
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> "GrantIn":
        if (self.user_id is None) == (self.group_id is None):
            raise ValueError("give either user_id or group_id")
        if (self.collection_id is None) == (self.document_id is None):
            raise ValueError("give either collection_id or document_id")
        return self

    def to_grant(self) -> NewGrant:
        return NewGrant(
            user_id=self.user_id,
            group_id=self.group_id,
            collection_id=self.collection_id,
            document_id=self.document_id,
            level=_NUMBERS[self.level],
            expires_at=self.expires_at,
        )


class GrantOut(BaseModel):
    id: UUID
    user_id: UUID | None
    group_id: UUID | None
    collection_id: UUID | None
    document_id: UUID | None
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
            level=_LEVELS[row.level],
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

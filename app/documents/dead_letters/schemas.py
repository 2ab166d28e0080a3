"""Request and response bodies of the dead-letter endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.documents.dead_letters.repository import DeadLetter
from app.documents.dead_letters.service import Replayed

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,100}$")]
"""The code of an error, such as `processing-memory`."""


class DeadLetterOut(BaseModel):
    """A document whose last run failed. `id` is the id of that run."""

    id: UUID
    document_id: UUID
    version_id: UUID
    title: str
    filename: str
    kind: str = Field(description="A stable code for programs.", examples=["processing-memory"])
    reason: str = Field(
        description="What happened, and what to do.",
        examples=["Processing the file exceeded the memory limit: split it or save it again, and send the result."],
    )
    stage: str = Field(description="The step that failed.", examples=["parse"])
    attempts: int = Field(description="How often the step was started.", examples=[4])
    failed_at: datetime
    may_replay: bool = Field(description="Whether you may edit the document, and so replay it.")

    @classmethod
    def of(cls, letter: DeadLetter) -> "DeadLetterOut":
        return cls(**{name: getattr(letter, name) for name in cls.model_fields})


class ReplayIn(BaseModel):
    """Which dead letters to replay: those of one kind, or all."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = Field(default=None, examples=["processing-memory"])
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        default=None, description="`next_cursor` of the previous response.", examples=[None]
    )


class ReplayedOut(BaseModel):
    """The result of a replay. If `next_cursor` is not null, send it as `cursor` to continue with older dead letters."""

    replayed: int = Field(description="The number of runs that were started.", examples=[12])
    next_cursor: str | None = Field(examples=[None])

    @classmethod
    def of(cls, done: Replayed) -> "ReplayedOut":
        return cls(replayed=done.runs, next_cursor=done.next_cursor)

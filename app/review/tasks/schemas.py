"""Tasks of the editors' desk in requests and responses."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.principal import Principal
from app.http.text import Line
from app.review.people import Reviewer
from app.review.tasks.views import TaskView

TaskState = Literal["queued", "reading", "open", "done", "failed", "superseded"]


class NewTaskIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"document_id": "0190a5a0-0000-7000-8000-000000000001", "schema": "contract"}]},
    )

    document_id: UUID
    schema_: Line = Field(alias="schema", description="The key or the ID of a schema.")


class ClaimNextIn(BaseModel):
    """Filters of the queue; without any, all tasks count."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"schema": "contract"}]})

    schema_: Line | None = Field(None, alias="schema", description="The key of a schema.")
    collection_id: UUID | None = None
    document_type: Line | None = None
    release: UUID | None = Field(None, description="A task of yours whose claim ends.")


class AssignmentIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"assignee": "0190a5a0-0000-7000-8000-000000000001"}]},
    )

    assignee: UUID | None = Field(description="An editor or approver; null for nobody.")


class TaskSchemaOut(BaseModel):
    id: UUID
    key: str
    title: str
    version: int


class TaskDocumentOut(BaseModel):
    """`is_current` states that the task is about the document's searchable version."""

    id: UUID
    version_id: UUID
    title: str
    issuer: str | None
    document_type: str | None
    collection_id: UUID
    is_current: bool
    page_count: int | None


class ClaimOut(BaseModel):
    """Who works on the task, until when. `token` is only shown to that user: send it with decisions."""

    by: UUID
    until: datetime
    is_mine: bool
    token: int | None


class TaskOut(BaseModel):
    """A task: the fields of a schema in a version of a document. `priority` is the highest risk of its open fields."""

    id: UUID
    state: TaskState
    document: TaskDocumentOut
    schema_: TaskSchemaOut = Field(alias="schema")
    priority: float
    fields_total: int
    fields_open: int
    assignee: UUID | None
    claim: ClaimOut | None
    error_code: str | None
    error_detail: str | None
    created_at: datetime
    changed_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, view: TaskView, principal: Principal) -> "TaskOut":
        row = view.row
        claim = None
        if view.is_claimed and row.claimed_by is not None and row.claim_until is not None:
            is_mine = row.claimed_by == principal.user_id
            claim = ClaimOut(
                by=row.claimed_by,
                until=row.claim_until,
                is_mine=is_mine,
                token=row.claim_token if is_mine else None,
            )
        return cls(
            id=row.id,
            state=row.state,
            document=TaskDocumentOut(
                id=row.document_id,
                version_id=row.version_id,
                title=view.document_title,
                issuer=view.issuer,
                document_type=view.document_type,
                collection_id=view.collection_id,
                is_current=view.is_current,
                page_count=view.page_count,
            ),
            schema=TaskSchemaOut(
                id=row.schema_id, key=view.schema_key, title=view.schema_title, version=row.schema_version
            ),
            priority=row.priority,
            fields_total=row.fields_total,
            fields_open=row.fields_open,
            assignee=row.assignee,
            claim=claim,
            error_code=row.error_code,
            error_detail=row.error_detail,
            created_at=row.created_at,
            changed_at=row.changed_at,
            done_at=row.done_at,
        )


class ClaimedOut(BaseModel):
    """The claimed task; null if none waits for you."""

    task: TaskOut | None


class ReviewerOut(BaseModel):
    """A user who reviews. `approves`: may let values of others stand."""

    id: UUID
    name: str
    is_active: bool
    approves: bool

    @classmethod
    def of(cls, reviewer: Reviewer) -> "ReviewerOut":
        return cls(id=reviewer.id, name=reviewer.name, is_active=reviewer.is_active, approves=reviewer.approves)


class ReviewersOut(BaseModel):
    items: list[ReviewerOut]

"""The API calls of the editors' desk, and what they return."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from pydantic import Field

from app.client.calls import Calls
from app.client.models import Response


class ApiTaskDocument(Response):
    id: str
    title: str = ""
    issuer: str | None = None


class ApiTaskSchema(Response):
    key: str
    title: str = ""


class ApiClaim(Response):
    is_mine: bool = False
    token: int | None = None
    until: str = ""


class ApiReviewTask(Response):
    """A task of the queue. `claim` is that of the person who works on it now."""

    id: str
    state: str
    document: ApiTaskDocument
    schema_: ApiTaskSchema = Field(alias="schema")
    priority: float = 0.0
    fields_total: int = 0
    fields_open: int = 0
    claim: ApiClaim | None = None
    error_detail: str | None = None


class ApiNextTask(Response):
    task: ApiReviewTask | None = None


class ApiRevision(Response):
    """A decision, or the machine's proposal."""

    number: int
    action: str = ""
    answer: str | None = None
    printed: str | None = None
    evidence: list[dict[str, Any]] = Field(default_factory=list)


class ApiReviewField(Response):
    """A field of a task. `revision` is the number of its ETag."""

    id: str
    key: str
    title: str = ""
    status: str = ""
    policy: str = ""
    revision: int
    confidence: float = 0.0
    current: ApiRevision | None = None
    in_force: ApiRevision | None = None
    my_reading: ApiRevision | None = None


class ApiReviewFields(Response):
    items: list[ApiReviewField] = Field(default_factory=list)


class ApiQuote(Response):
    page: int


class ApiCorrection(Response):
    """A decided field that the machine read wrong or not at all; `decided` is None without a value."""

    field_id: str
    document_id: str
    document_title: str = ""
    schema_key: str = ""
    title: str = ""
    read: str | None = None
    decided: str | None = None
    evidence: list[ApiQuote] = Field(default_factory=list)


class ApiLesson(Response):
    label: str
    item_title: str = ""
    is_item: bool


class ApiLearnt(Response):
    """What the reader has learnt from a decided field."""

    field_id: str
    key: str = ""
    document_title: str = ""
    made_at: str = ""
    withdrawn_at: str | None = None
    lessons: list[ApiLesson] = Field(default_factory=list)


class ReviewCalls(Calls):
    """The calls of the editors' desk, for `app.client.api.ApiClient`. Each raises ApiProblemError."""

    def list_review_tasks(self, filters: Mapping[str, str]) -> Iterator[ApiReviewTask]:
        """List tasks, the riskiest first."""
        return self._list("/v1/review/tasks", ApiReviewTask, filters=filters)

    def get_review_task(self, task_id: str) -> ApiReviewTask:
        return self._call("GET", f"/v1/review/tasks/{task_id}", ApiReviewTask)

    def open_review_task(self, document_id: str, schema: str) -> tuple[ApiReviewTask, bool]:
        """Queue the reading of a document's fields by a schema. Return the task, and whether it is new."""
        body = {"document_id": document_id, "schema": schema}
        response = self._send("POST", "/v1/review/tasks", json=body)
        return ApiReviewTask.model_validate_json(response.content), response.status_code == httpx.codes.CREATED

    def export_review_fields(self, wanted: Mapping[str, object]) -> bytes:
        """Return an export of fields as a file, by the parameters of `GET /v1/exports`."""
        return self._send("GET", "/v1/exports", params=dict(wanted)).content

    def claim_next_review_task(self, filters: Mapping[str, str]) -> ApiReviewTask | None:
        """Claim the riskiest free task that waits for the user; return None if there is none."""
        return self._call("POST", "/v1/review/tasks/claim-next", ApiNextTask, json=dict(filters)).task

    def list_review_fields(self, task_id: str, *, as_of: str | None = None) -> list[ApiReviewField]:
        """List the fields of a task, now or at a moment (ISO 8601)."""
        params = {} if as_of is None else {"as_of": as_of}
        return self._call("GET", f"/v1/review/tasks/{task_id}/fields", ApiReviewFields, params=params).items

    def decide_review_field(self, field: ApiReviewField, decision: Mapping[str, object]) -> ApiReviewField:
        """Decide on a field in the state in which it was read."""
        path = f"/v1/review/fields/{field.id}/revisions"
        return self._call("POST", path, ApiReviewField, json=dict(decision), tag=f'"{field.revision}"')

    def list_lessons(self) -> list[ApiLearnt]:
        """List what the reader has learnt from corrections in documents that the key may read, newest first."""
        return list(self._list("/v1/review/learnt", ApiLearnt))

    def withdraw_lesson(self, field_id: str) -> ApiLearnt:
        """Withdraw what the reader has learnt from a field."""
        return self._call("POST", f"/v1/review/learnt/{field_id}/withdrawal", ApiLearnt)

    def list_corrections(self) -> Iterator[ApiCorrection]:
        """List the corrections in documents that the key may read, the newest fields first."""
        return self._list("/v1/review/corrections", ApiCorrection)

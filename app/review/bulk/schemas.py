"""Bulk approvals in requests and responses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.http.text import LINES_PATTERN, Line, Lines
from app.review.bulk.service import BulkPreview, BulkRequest, BulkResult
from app.review.tasks.views import TaskFilters


class BulkIn(BaseModel):
    """Which values: proposals of open tasks with at least this confidence that failed no check.

    With `overwrite`, a proposal also replaces the answer of a person on fields that are not decided yet. Of the values
    that are approved at once, another person checks the share `sample_rate`.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"min_confidence": 0.98, "schema": "contract"}]}
    )

    min_confidence: float = Field(ge=0.5, le=1)
    schema_: Line | None = Field(None, alias="schema", description="The key of a schema.")
    collection_id: UUID | None = None
    document_id: UUID | None = None
    document_type: Line | None = None
    keys: list[Line] = Field([], max_length=400, description="Keys of fields; without any, all fields.")
    overwrite: bool = False
    sample_rate: float = Field(0.1, ge=0, le=1)

    def request(self) -> BulkRequest:
        filters = TaskFilters(
            schema=self.schema_,
            collection_id=self.collection_id,
            document_id=self.document_id,
            document_type=self.document_type,
        )
        return BulkRequest(
            filters=filters,
            min_confidence=self.min_confidence,
            keys=tuple(self.keys),
            overwrite=self.overwrite,
            sample_rate=self.sample_rate,
        )


class BulkApprovalIn(BulkIn):
    """The request that was previewed, with the preview's `digest`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"min_confidence": 0.98, "digest": "0" * 64}]}
    )

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: Annotated[Lines, Field(max_length=4_000, json_schema_extra={"pattern": LINES_PATTERN})] = ""


class BulkPreviewOut(BaseModel):
    """What a bulk approval does: values that stand at once, values that wait for an approver, and blind readings.

    `overwritten` counts the answers of persons that it replaces; without `overwrite`, these fields are left out.
    `warning` says so. `skipped` counts the fields that it leaves out, by reason. Send `digest` to approve.
    """

    approved: int
    entered: int
    sealed: int
    tasks: int
    documents: int
    overwritten: int
    warning: str | None
    skipped: dict[str, int]
    digest: str

    @classmethod
    def of(cls, preview: BulkPreview, *, overwrite: bool) -> "BulkPreviewOut":
        count, warning = preview.overwritten, None
        if count and overwrite:
            warning = f"Replaces {count} answers that persons gave. Their revisions stay, and you can reverse this."
        elif count:
            warning = f"Leaves out {count} fields to which persons gave another answer."
        return cls(
            approved=preview.approved,
            entered=preview.entered,
            sealed=preview.sealed,
            tasks=preview.tasks,
            documents=preview.documents,
            overwritten=count,
            warning=warning,
            skipped=dict(preview.skipped),
            digest=preview.digest,
        )


class BulkOut(BaseModel):
    """A bulk approval, as far as you may see its values. `changed` of them were decided again since. `sample`: values
    that another person has to check (due), and those that passed and failed.
    """

    id: UUID
    made_by: UUID
    made_at: datetime
    values: int
    standing: int
    changed: int
    sample: dict[str, int]

    @classmethod
    def of(cls, result: BulkResult) -> "BulkOut":
        return cls(
            id=result.id,
            made_by=result.made_by,
            made_at=result.made_at,
            values=result.values,
            standing=result.standing,
            changed=result.changed,
            sample=dict(result.sample),
        )


class NewBulkOut(BaseModel):
    """The bulk approval; null if no value fitted."""

    bulk: BulkOut | None

"""Response bodies of the run endpoints."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.jobs.plan import Priority
from app.jobs.states import RunStatus, RunView, StageStatus, StageView


class RunFailureOut(BaseModel):
    """Why a run failed."""

    code: str = Field(description="A stable code for programs.", examples=["pdf-encrypted"])
    detail: str = Field(
        description="A message for people.",
        examples=["The PDF needs a password to be opened: send it again with its password."],
    )


class StageOut(BaseModel):
    """One step of a run. `attempt` counts how often it was started."""

    name: str = Field(examples=["parse"])
    status: StageStatus
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, stage: StageView) -> "StageOut":
        return cls(
            name=stage.name,
            status=stage.status,
            attempt=stage.attempt,
            started_at=stage.started_at,
            finished_at=stage.finished_at,
        )


class RunOut(BaseModel):
    """The ingestion of one version of a document; it ends `ready` or `failed`."""

    id: UUID
    document_id: UUID
    version_id: UUID
    priority: Priority = Field(description="Which of your organisation's runs come first.", examples=["interactive"])
    status: RunStatus
    stage: str = Field(description="The current step, or the last one.", examples=["embed"])
    pages_total: int | None = Field(description="The number of pages; null until the file is parsed.", examples=[112])
    error: RunFailureOut | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stages: list[StageOut] = Field(description="The steps in order; always empty in the list of runs.")

    @classmethod
    def of(cls, run: RunView) -> "RunOut":
        failure = None
        if run.error_code is not None:
            failure = RunFailureOut(code=run.error_code, detail=run.error_detail or "")
        return cls(
            id=run.id,
            document_id=run.document_id,
            version_id=run.version_id,
            status=run.status,
            priority=run.priority,
            stage=run.stage,
            pages_total=run.pages_total,
            error=failure,
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            stages=[StageOut.of(stage) for stage in run.stages],
        )

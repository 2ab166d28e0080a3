"""Saved views in requests and responses."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.principal import Principal
from app.http.text import Line
from app.review.models import ReviewView
from app.review.saved.service import NewView


class ViewFilters(BaseModel):
    """Query parameters of the list of tasks."""

    model_config = ConfigDict(extra="forbid")

    state: Line | None = None
    schema_: Line | None = Field(None, alias="schema")
    collection_id: UUID | None = None
    issuer_id: UUID | None = None
    document_type: Line | None = None
    assignee: UUID | None = None
    whose: Line | None = None
    min_priority: float | None = Field(None, ge=0, le=100)


class ViewIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "My deals", "filters": {"whose": "mine"}}]}
    )

    name: Line
    filters: ViewFilters
    shared: bool = False

    def view(self) -> NewView:
        filters = self.filters.model_dump(mode="json", by_alias=True, exclude_none=True)
        return NewView(self.name, filters, self.shared)


class ViewOut(BaseModel):
    """A saved view. `revision` is the number for If-Match."""

    id: UUID
    name: str
    filters: dict[str, str | float]
    shared: bool
    is_mine: bool
    revision: int
    changed_at: datetime

    @classmethod
    def of(cls, row: ReviewView, principal: Principal) -> "ViewOut":
        return cls(
            id=row.id,
            name=row.name,
            filters=row.filters,
            shared=row.shared,
            is_mine=row.user_id == principal.user_id,
            revision=row.revision,
            changed_at=row.changed_at,
        )


class ViewsOut(BaseModel):
    items: list[ViewOut]

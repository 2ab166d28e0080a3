"""Decisions in requests."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.http.text import LINES_PATTERN, Lines
from app.review.deciding.rules import Action
from app.review.revisions.service import NewDecision

GivenAction = Literal["approve", "correct", "reject", "absent", "unclear", "send-back", "undo"]


class DecisionIn(BaseModel):
    """What you decide. For `correct`, send the value as JSON (`value`) or as you would type it (`text`).

    `evidence` are quotes of the document's pages; `claim_token` is that of your claim of the task.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"action": "approve"}, {"action": "correct", "text": "31 December 2027", "note": "page 3"}]
        },
    )

    action: GivenAction
    value: dict[str, Any] | None = None
    text: Annotated[Lines, Field(max_length=20_000, json_schema_extra={"pattern": LINES_PATTERN})] | None = None
    evidence: list[dict[str, Any]] = Field([], max_length=50)
    note: Annotated[Lines, Field(max_length=4_000, json_schema_extra={"pattern": LINES_PATTERN})] = ""
    claim_token: Annotated[int, Field(ge=0, le=2**53)] | None = None

    def decision(self) -> NewDecision:
        return NewDecision(
            action=Action(self.action),
            value=self.value,
            text=self.text,
            evidence=tuple(self.evidence),
            note=self.note,
            claim_token=self.claim_token,
        )

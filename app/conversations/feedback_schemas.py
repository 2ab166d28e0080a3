"""Request and response schemas of feedback."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.conversations.feedback import FeedbackView, NewFeedback, PageRef, Verdict
from app.http.text import LINES_PATTERN, Lines

_MOST_PAGES = 20
Words = Annotated[Lines, Field(max_length=2_000, json_schema_extra={"pattern": LINES_PATTERN})]


class FeedbackPage(BaseModel):
    """A page of a document, counted from 1."""

    model_config = ConfigDict(extra="forbid")

    document_id: UUID
    page: int = Field(ge=1, le=1_000_000)


class FeedbackIn(BaseModel):
    """What you say about an answer. `pages` are those with the right answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    comment: Words = ""
    right_answer: Words = ""
    pages: list[FeedbackPage] = Field(default=[], max_length=_MOST_PAGES)

    def feedback(self) -> NewFeedback:
        pages = tuple(PageRef(page.document_id, page.page) for page in self.pages)
        return NewFeedback(self.verdict, self.comment.strip(), self.right_answer.strip(), pages)


class FeedbackOut(BaseModel):
    """Feedback on an answer. If the answer is right, `right_answer` and `pages` are by default its first claim and the
    pages that it cites.
    """

    id: UUID
    question_id: UUID
    question: str
    verdict: Verdict
    comment: str
    right_answer: str
    pages: list[FeedbackPage]
    given_at: datetime

    @classmethod
    def of(cls, view: FeedbackView) -> "FeedbackOut":
        pages = [FeedbackPage(document_id=page.document_id, page=page.page) for page in view.pages]
        return cls(
            id=view.id,
            question_id=view.question_id,
            question=view.question,
            verdict=view.verdict,
            comment=view.comment,
            right_answer=view.right_answer,
            pages=pages,
            given_at=view.given_at,
        )

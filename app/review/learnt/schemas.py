"""What was learnt from corrections, in responses."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.review.learnt.lessons import Lesson, title_of
from app.review.learnt.repository import TaughtField


class LessonOut(BaseModel):
    """That rows of a statement with a label are a standard item, or are not. `label` is as the document prints it."""

    label: str = Field(examples=["Net sales"])
    statement: str = Field(examples=["income-statement"])
    item: str = Field(examples=["Revenue"])
    item_title: str = Field(examples=["Revenue"])
    is_item: bool
    sentence: str = Field(examples=["“Net sales” is Revenue"])

    @classmethod
    def of(cls, lesson: Lesson) -> "LessonOut":
        return cls(
            label=lesson.printed,
            statement=lesson.statement,
            item=lesson.item,
            item_title=title_of(lesson.item),
            is_item=lesson.is_item,
            sentence=lesson.sentence,
        )


class LearntOut(BaseModel):
    """What the reader has learnt from a decided field. It applies to documents of the same issuer and access class."""

    field_id: UUID
    key: str
    revision: int
    task_id: UUID
    document_id: UUID
    document_title: str
    lessons: list[LessonOut]
    made_by: UUID
    made_at: datetime
    withdrawn_by: UUID | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, taught: TaughtField) -> "LearntOut":
        return cls(
            field_id=taught.field_id,
            key=taught.key,
            revision=taught.revision,
            task_id=taught.task_id,
            document_id=taught.document_id,
            document_title=taught.document_title,
            lessons=[LessonOut.of(lesson) for lesson in taught.lessons],
            made_by=taught.lessons[0].made_by,
            made_at=taught.lessons[0].made_at,
            withdrawn_by=taught.withdrawn_by,
            withdrawn_at=taught.withdrawn_at,
        )

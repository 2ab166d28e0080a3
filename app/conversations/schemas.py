"""Request and response schemas of conversations."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.answers.schemas import AnswerOut, QuestionText, ScopeIn
from app.conversations.feedback import Verdict
from app.conversations.following.context import Part
from app.conversations.service import TurnRequest
from app.conversations.views import ConversationView, NamedObject, ReadingView, ScopeView, TurnView
from app.documents.metadata import DocumentType, FiscalPeriod
from app.http.text import Line
from app.retrieval.filters import SearchFilters


class ConversationIn(BaseModel):
    """A new conversation. Without a title, it is named after the first question."""

    model_config = ConfigDict(extra="forbid")

    title: Line | None = None
    scope: ScopeIn = Field(default_factory=ScopeIn)


class ConversationPatch(BaseModel):
    """Changes of a conversation. A field that is null stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: Line | None = None
    scope: ScopeIn | None = None


class TurnIn(BaseModel):
    """A question or follow-up. `scope` replaces the conversation's scope. `edits` is the ID of a turn whose understood
    question `question` corrects: it is asked as it is.
    """

    model_config = ConfigDict(extra="forbid")

    question: QuestionText
    scope: ScopeIn | None = None
    edits: UUID | None = None

    def request(self) -> TurnRequest:
        return TurnRequest(self.question, None if self.scope is None else self.scope.filters(), self.edits)


class NamedOut(BaseModel):
    id: UUID
    name: str

    @classmethod
    def of(cls, named: NamedObject) -> "NamedOut":
        return cls(id=named.id, name=named.name)


class ScopeOut(BaseModel):
    """Where a turn searches. An empty list does not limit the search. `hidden` counts the collections, documents and
    issuers of the scope that are gone, or that you may not see.
    """

    collections: list[NamedOut]
    issuers: list[str]
    document_types: list[DocumentType]
    fiscal_years: list[int]
    periods: list[FiscalPeriod]
    documents: list[NamedOut]
    hidden: int

    @classmethod
    def of(cls, scope: ScopeView) -> "ScopeOut":
        filters: SearchFilters = scope.filters
        return cls(
            collections=[NamedOut.of(each) for each in scope.collections],
            issuers=list(scope.issuers),
            document_types=list(filters.document_types),
            fiscal_years=list(filters.fiscal_years),
            periods=list(filters.periods),
            documents=[NamedOut.of(each) for each in scope.documents],
            hidden=scope.hidden,
        )


class ConversationOut(BaseModel):
    """A conversation without its turns."""

    id: UUID
    title: str
    scope: ScopeOut
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, view: ConversationView) -> "ConversationOut":
        return cls(
            id=view.id,
            title=view.title,
            scope=ScopeOut.of(view.scope),
            created_at=view.created_at,
            changed_at=view.changed_at,
        )


class PartsOut(BaseModel):
    """The parts of a complete question: issuers and periods as it names them, and what it asks."""

    issuers: list[str]
    subject: str | None
    periods: list[str]


class UnderstoodOut(BaseModel):
    """How a turn was understood: the complete `question`, or, if it is null, the question `asks` back to the user, with
    `options` to answer it.

    `carried` are the parts taken from the question before. `notes` say which of two readings was chosen, or that a
    language model completed the question.
    """

    question: str | None
    parts: PartsOut
    carried: list[Part]
    notes: list[str]
    is_edited: bool
    asks: str | None
    options: list[str]

    @classmethod
    def of(cls, view: ReadingView) -> "UnderstoodOut":
        return cls(
            question=view.question,
            parts=PartsOut(
                issuers=list(view.parts.issuers), subject=view.parts.subject, periods=list(view.parts.periods)
            ),
            carried=list(view.carried),
            notes=list(view.notes),
            is_edited=view.is_edited,
            asks=view.asks,
            options=list(view.options),
        )


class TurnOut(BaseModel):
    """A turn. `question` has the user's own words. `understood` is null if it has words of a document that you may no
    longer see. `answer` is null while the turn is being answered, and if Footnote asked back. `feedback` is your
    newest verdict on the answer.
    """

    id: UUID
    conversation_id: UUID
    question: str
    asked_at: datetime
    scope: ScopeOut
    understood: UnderstoodOut | None
    answer: AnswerOut | None
    feedback: Verdict | None

    @classmethod
    def of(cls, view: TurnView) -> "TurnOut":
        return cls.model_validate(
            {
                "id": view.id,
                "conversation_id": view.conversation_id,
                "question": view.words,
                "asked_at": view.asked_at,
                "scope": ScopeOut.of(view.scope),
                "understood": None if view.reading is None else UnderstoodOut.of(view.reading),
                "answer": None if view.answer is None else AnswerOut.of(view.answer),
                "feedback": view.verdict,
            }
        )

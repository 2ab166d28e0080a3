"""Conversations and turns as their user may see them now, and the events of a turn."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.answers.events import AnswerEvent, AnswerView
from app.conversations.following.context import Part, Unclear, Understood
from app.documents.metadata import DocumentType, FiscalPeriod
from app.retrieval.filters import SearchFilters


@dataclass(frozen=True, slots=True)
class NamedObject:
    """A collection or document of a scope, with its current name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ScopeView:
    """A scope, as far as the user may see what it names. `hidden` counts its other collections, documents and issuers,
    which are gone or which the user may not see.
    """

    filters: SearchFilters
    collections: tuple[NamedObject, ...] = ()
    documents: tuple[NamedObject, ...] = ()
    issuers: tuple[str, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation without its turns. By default, `title` is the beginning of the first question."""

    id: UUID
    title: str
    scope: ScopeView
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionParts:
    """The parts of a complete question: issuers and periods as it names them, and what it asks."""

    issuers: tuple[str, ...] = ()
    subject: str | None = None
    periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingView:
    """How a turn was understood: a complete question, or None with a sentence that asks what is meant.

    `carried` are the parts taken from the question before; `notes` say which of two readings was chosen. `is_edited`
    states that the user wrote the question, to correct how another turn was understood.
    """

    question: str | None
    parts: QuestionParts = QuestionParts()
    carried: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    is_edited: bool = False
    asks: str | None = None
    options: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """Return the JSON object that is stored beside the question."""
        record = asdict(self)
        del record["question"]
        return record

    @classmethod
    def restore(cls, question: str | None, record: Mapping[str, Any]) -> "ReadingView":
        """Restore a stored reading."""
        parts = record["parts"]
        return cls(
            question=question,
            parts=QuestionParts(tuple(parts["issuers"]), parts["subject"], tuple(parts["periods"])),
            carried=tuple(map(Part, record["carried"])),
            notes=tuple(record["notes"]),
            is_edited=record["is_edited"],
            asks=record["asks"],
            options=tuple(record["options"]),
        )

    @classmethod
    def of(cls, reading: Understood | Unclear, parts: QuestionParts, *, is_edited: bool = False) -> "ReadingView":
        """Return the view of a reading that was just made."""
        if isinstance(reading, Unclear):
            return cls(None, asks=reading.sentence, options=reading.options)
        return cls(reading.question, parts, reading.carried, reading.notes, is_edited)


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn. `reading` is None if it has words of documents that the user may no longer see. `answer` is None if the
    turn was unclear. `verdict` is that of the newest feedback that the user may still see.
    """

    id: UUID
    conversation_id: UUID
    words: str
    asked_at: datetime
    scope: ScopeView
    reading: ReadingView | None
    answer: AnswerView | None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class TurnUnderstood:
    """The turn is understood; its answer follows."""

    turn: TurnView


@dataclass(frozen=True, slots=True)
class TurnDone:
    """The turn is complete and stored."""

    turn: TurnView


TurnEvent = TurnUnderstood | AnswerEvent | TurnDone


def scope_record(filters: SearchFilters) -> dict[str, list[Any]]:
    """Return the JSON object of a scope."""
    return {
        name: [str(value) if isinstance(value, UUID) else value for value in values]
        for name, values in asdict(filters).items()
        if values
    }


def restore_scope(record: Mapping[str, Sequence[Any]]) -> SearchFilters:
    """Restore a stored scope."""
    return SearchFilters(
        collection_ids=tuple(map(UUID, record.get("collection_ids", ()))),
        issuers=tuple(record.get("issuers", ())),
        document_types=tuple(map(DocumentType, record.get("document_types", ()))),
        fiscal_years=tuple(record.get("fiscal_years", ())),
        periods=tuple(map(FiscalPeriod, record.get("periods", ()))),
        document_ids=tuple(map(UUID, record.get("document_ids", ()))),
    )

"""Events sent while a question is answered, in order, and the view of the stored answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.answers.claims import CitedSpan, ClaimPart, DropReason, Grid, Subject
from app.retrieval.passages import Passage


class AnswerStatus(StrEnum):
    """An answer's status for the user who asked. `WITHDRAWN` means that the user has lost access to a source of the
    answer.
    """

    ANSWERED = "answered"
    NOT_FOUND = "not-found"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A verified sentence; `ordinal` is its position among all drafted sentences, from 1."""

    ordinal: int
    text: str
    citations: tuple[CitedSpan, ...]
    part: ClaimPart = ClaimPart.ANSWER
    subject: Subject = field(default_factory=Subject)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A question with its answer. `claims` answer the question and support the answer; `related` are evidence beside
    it, which does not answer. `grid` is a comparison of what the claims state. `dropped` counts the drafted sentences
    that were not shown, by reason.

    `degraded` is the code of the reason why the model's draft or the embeddings were not used. `notice` states that no
    model wrote the answer, lists the names in the question that no retrieved source mentions, or says that the search
    was for words only.
    """

    question_id: UUID
    question: str
    asked_at: datetime
    status: AnswerStatus
    writer: str | None = None
    degraded: str | None = None
    notice: str | None = None
    claims: tuple[ShownClaim, ...] = ()
    related: tuple[ShownClaim, ...] = ()
    grid: Grid | None = None
    dropped: Mapping[DropReason, int] | None = None
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)
    duration_ms: int = 0

    def shown(self) -> tuple[ShownClaim, ...]:
        """Return all claims that the user sees."""
        return (*self.claims, *self.related)

    def dropped_count(self) -> int:
        return sum((self.dropped or {}).values())


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Retrieval is complete. The answer will be drafted from these passages."""

    question_id: UUID
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    """A drafted sentence passed verification. It may be evidence beside the answer (`ClaimPart.RELATED`).

    `is_early` states that the draft was not complete yet: more events follow after a while.
    """

    claim: ShownClaim
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class ClaimDropped:
    """A drafted sentence failed verification. The event omits the text of the sentence, which lacks evidence."""

    reason: DropReason


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The answer is complete and stored."""

    answer: AnswerView


AnswerEvent = SourcesFound | ClaimVerified | ClaimDropped | AnswerDone


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as stored; `filters` and `understanding` are JSON objects."""

    id: UUID
    text: str
    asked_at: datetime
    filters: dict[str, Any]
    understanding: dict[str, Any]


def count_reasons(reasons: list[DropReason]) -> dict[DropReason, int]:
    return dict(Counter(reasons))

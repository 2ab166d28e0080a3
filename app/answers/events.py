"""What happens while a question is answered, in the order in which a reader is told; and the answer as it is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.answers.claims import CitedSpan, DropReason
from app.retrieval.passages import Passage


class AnswerStatus(StrEnum):
    """How an answer stands to its asker. Withdrawn: a source of it may no longer be seen by them."""

    ANSWERED = "answered"
    NOT_FOUND = "not-found"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A verified sentence; `ordinal` counts from 1 among all drafted ones."""

    ordinal: int
    text: str
    citations: tuple[CitedSpan, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A question with its answer. `dropped` counts the drafted sentences that were not shown, by reason.

    `degraded` is the code of why a model was asked and its draft not used. `notice` says that no model wrote it, or
    which names in the question nothing speaks of.
    """

    question_id: UUID
    question: str
    asked_at: datetime
    status: AnswerStatus
    writer: str | None = None
    degraded: str | None = None
    notice: str | None = None
    claims: tuple[ShownClaim, ...] = ()
    dropped: Mapping[DropReason, int] | None = None
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)
    duration_ms: int = 0

    def dropped_count(self) -> int:
        return sum((self.dropped or {}).values())


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """The passages that the answer will be drafted from."""

    question_id: UUID
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    claim: ShownClaim


@dataclass(frozen=True, slots=True)
class ClaimDropped:
    """A drafted sentence was not shown. Its text is not told: nothing is said without evidence."""

    reason: DropReason


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The answer is recorded, and complete."""

    answer: AnswerView


AnswerEvent = SourcesFound | ClaimVerified | ClaimDropped | AnswerDone


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is recorded: `filters` and `understanding` as JSON."""

    id: UUID
    text: str
    asked_at: datetime
    filters: dict[str, Any]
    understanding: dict[str, Any]


def count_reasons(reasons: list[DropReason]) -> dict[DropReason, int]:
    return dict(Counter(reasons))

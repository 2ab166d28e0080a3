"""Lessons: what the built-in writer reads for a question, and which of the sentences are right.

A question is asked as any user would ask it. A writer beside the product's own keeps what it was given, so a lesson has
exactly the sentences and features that the product chooses from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from app.answers.claims import PageTexts
from app.answers.evidence_tables import EvidenceTables
from app.answers.kinds import QuestionKind
from app.answers.writing.by_kind import BuiltInWriter
from app.answers.writing.choosing import describe, list_candidates
from app.answers.writing.definitions import DEFINITION
from app.answers.writing.facts import fact_writer
from app.answers.writing.kind_writer import Reading
from app.answers.writing.lists import LIST
from app.answers.writing.reasons import REASON
from app.answers.writing.said import Said
from app.answers.writing.verdicts import VERDICT
from app.llm.port import Embedder
from app.relevance.port import Reader
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding


class Worth(Enum):
    """What a sentence is worth as the answer, where declining is worth 0. A wrong answer misleads,
    and a useless one only takes time.
    """

    RIGHT = 1.0
    USELESS = -0.1
    WRONG = -2.0


Judge = Callable[[Reading, Said], Worth]
_WRITERS = {
    QuestionKind.WHY: REASON,
    QuestionKind.YES_NO: VERDICT,
    QuestionKind.DEFINITION: DEFINITION,
    QuestionKind.LIST: LIST,
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """The features of a question's candidate sentences, and their worths as answers. `left_out` names what is left out
    together: a company or a document. `source` is the question set.
    """

    source: str
    left_out: str
    writer: str
    features: tuple[Mapping[str, float], ...]
    worths: tuple[Worth, ...]

    @property
    def right(self) -> list[bool]:
        return [worth is Worth.RIGHT for worth in self.worths]


class WatchedWriter(BuiltInWriter):
    """Keeps what the writer read last, until it is taken."""

    def __init__(self, *, reader: Reader, embedder: Embedder) -> None:
        super().__init__(reader=reader, embedder=embedder)
        self._last: Reading | None = None

    def read(
        self, understanding: Understanding, passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables
    ) -> Reading:
        self._last = super().read(understanding, passages, pages, tables)
        return self._last

    def take(self) -> Reading | None:
        """Return what was read for the last question; None if it was answered without the writer."""
        last, self._last = self._last, None
        return last


def lesson_of(reading: Reading, judge: Judge, *, source: str, left_out: str) -> Lesson | None:
    """Return the lesson of a question; None if it has no candidates, or asks for a summary."""
    writer = _WRITERS.get(reading.asked.kind) or fact_writer(reading)
    candidates = list_candidates(reading, writer)
    if reading.asked.kind is QuestionKind.SUMMARY or not candidates:
        return None
    return Lesson(
        source=source,
        left_out=left_out,
        writer=writer,
        features=tuple(describe(reading, candidates, writer)),
        worths=tuple(judge(reading, fit.said) for fit in candidates),
    )

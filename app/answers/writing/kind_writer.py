"""What the writers of kinds of answers have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answers.claims import ClaimPart, DraftClaim, PageTexts, WriterScore
from app.answers.evidence_tables import EvidenceTables
from app.answers.kinds import AskedKind
from app.answers.writing.fact_patterns import Relation, find_relation
from app.answers.writing.said import Fit, Texts
from app.llm.port import Embedder
from app.relevance.port import Reader
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with the units of its pages, ranked by their fit. `reader` and `embedder` compare
    sentences with the question, if they are available.
    """

    asked: AskedKind
    understanding: Understanding
    passages: Sequence[Passage]
    texts: Texts
    ranked: Sequence[Fit]
    pages: PageTexts
    tables: EvidenceTables
    reader: Reader | None = None
    embedder: Embedder | None = None

    @property
    def relation(self) -> Relation | None:
        """Return the well-known fact that the question asks for."""
        return find_relation(self.understanding.core)


@dataclass(frozen=True, slots=True)
class Written:
    """The claims of an answer, the answering ones first, with the writer's score."""

    claims: tuple[DraftClaim, ...]
    score: WriterScore


def written(writer: str, raw: float, claims: Sequence[DraftClaim], features: Mapping[str, float]) -> Written:
    return Written(tuple(claims), WriterScore(writer, raw, features))


def quote(reading: Reading, fits: Sequence[Fit]) -> list[DraftClaim]:
    """Quote units: the first one as the answer, the others as its support."""
    parts = [ClaimPart.ANSWER, *(ClaimPart.SUPPORT for _ in fits[1:])]
    return [reading.texts.claim(fit.said, part) for fit, part in zip(fits, parts, strict=True)]

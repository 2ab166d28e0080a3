"""Read the outlines of documents for summaries, inside a transaction."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.answers.kinds import QuestionKind, read_kind
from app.answers.sections import ChosenSections, OutlineChunk, find_sections
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

_MOST_CHUNKS = 10_000
_OUTLINE = text(
    "SELECT page_number, char_start, char_end, section_path FROM chunks"
    " WHERE document_id = :document AND version_id = :version ORDER BY ordinal LIMIT :limit"
)


def read_sections(
    session: Session, question: str, understanding: Understanding, passages: Sequence[Passage]
) -> ChosenSections | None:
    """Return the sections that a question for a summary means; None for other questions, and if no heading says which.

    The caller records the read.
    """
    asked = read_kind(understanding)
    if asked.kind is not QuestionKind.SUMMARY or not passages:
        return None

    def read_outline(document: Passage) -> Sequence[OutlineChunk]:
        values = {"document": document.document_id, "version": document.version_id, "limit": _MOST_CHUNKS}
        rows = session.execute(_OUTLINE, values)
        return [OutlineChunk(page, start, end, tuple(path)) for page, start, end, path in rows]

    return find_sections(question, asked, understanding, passages, read_outline)

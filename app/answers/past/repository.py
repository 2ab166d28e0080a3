"""SQL of the search in earlier questions. Row-level security limits it to the user's own questions, and to claims of
which the user may still see every source.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# The newest questions are read first, and at most `scanned` of them, so that a word that no question has does not read
# all. PostgreSQL plans a lateral subquery with OFFSET 0 separately: it looks up the claims of a question by their key.
_FOUND = text("""
SELECT q.id, q.is_found FROM (
    SELECT s.id, s.position, (
        SELECT bool_and(strpos(lower(s.text || ' ' || COALESCE(said.words, '')), w.word) > 0)
        FROM unnest(CAST(:words AS text[])) w(word)) AS is_found
    FROM (SELECT n.id, n.text, row_number() OVER (ORDER BY n.id DESC) AS position FROM questions n
        WHERE n.id < :before ORDER BY n.id DESC LIMIT :scanned) s
    LEFT JOIN LATERAL (SELECT string_agg(c.text, ' ') AS words FROM claims c
        WHERE c.question_id = s.id AND c.dropped_reason IS NULL OFFSET 0) said ON true
) q ORDER BY q.position
""")
_LAST_ID = UUID(int=2**128 - 1)


class PastRepository:
    """Searches the questions of the session's user."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def search(
        self, words: Sequence[str], *, before: UUID | None, limit: int, scanned: int
    ) -> tuple[list[UUID], UUID | None]:
        """Return up to `limit` questions, newest first, that have all words in the question or in its visible claims,
        and the question from which the search continues (None at the end). At most `scanned` questions are read.
        """
        values = {"words": [word.lower() for word in words], "before": before or _LAST_ID, "scanned": scanned}
        found: list[UUID] = []
        last, count = None, 0
        for question, is_found in self._session.execute(_FOUND, values):
            if is_found and len(found) == limit:
                return found, last
            last, count = question, count + 1
            if is_found:
                found.append(question)
        return found, last if count == scanned else None

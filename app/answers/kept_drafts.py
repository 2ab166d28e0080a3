"""Drafts that no model wrote, kept by the content that they were made from.

The content is read for each question, with its principal's rights. A user's drafts are used for this user only: a
fast answer would show that somebody else had asked the same.
"""

import hashlib
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.answers.approved.reading import ApprovedItems
from app.answers.claims import PageTexts
from app.answers.computing.ledger_result import LedgerResult
from app.answers.evidence import QuestionEvidence
from app.answers.writing.drafting import VerifiedDraft
from app.core.kept import Kept
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding
from app.tables.service import TablesOfPages

_MOST_DRAFTS = 1_000  # about 10 KB each

Drafted = tuple[QuestionEvidence, VerifiedDraft]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A draft, and what it adds to the evidence of its question (`QuestionEvidence.noting`)."""

    draft: VerifiedDraft
    noted: Mapping[str, object]
    also_read: frozenset[UUID]


class KeptDrafts:
    """Drafts an answer once for equal contents. It is thread-safe."""

    def __init__(self) -> None:
        self._kept: Kept[_Kept] = Kept(most=_MOST_DRAFTS)

    async def draft(self, evidence: QuestionEvidence, write: Callable[[], Awaitable[Drafted]]) -> Drafted:
        """Return the evidence with its notes, and the draft that `write` makes of it now, or made before."""

        async def make() -> _Kept:
            noted, draft = await write()
            record = noted.question.understanding.items()
            added = {name: value for name, value in record if name not in evidence.question.understanding}
            return _Kept(draft, added, noted.also_read)

        kept = await self._kept.get_later(evidence.content, 1, make)
        understanding = {**evidence.question.understanding, **kept.noted}
        noted = replace(
            evidence, question=replace(evidence.question, understanding=understanding), also_read=kept.also_read
        )
        return noted, kept.draft


def digest_content(
    question: str,
    understanding: Understanding,
    passages: Sequence[Passage],
    pages: PageTexts,
    tables: TablesOfPages,
    ledgers: tuple[LedgerResult, ...],
    approved: ApprovedItems = (),
) -> Hashable:
    """Return a SHA-256 of everything that is read for a draft, with its ledgers and approved values. Lengths separate
    the parts.
    """
    digest = hashlib.sha256()
    stored = [(version_id, table.listed, len(table.data)) for version_id, table in tables.stored]
    sizes = [(key, len(text)) for key, text in pages.items()]
    for text in (repr((question, understanding, passages, stored, sizes)), *pages.values()):
        digest.update(text.encode("utf-8", "surrogatepass"))
    for _, table in tables.stored:
        digest.update(table.data)
    return digest.digest(), ledgers, tuple((item.value.field_id, item.value.revision) for item in approved)

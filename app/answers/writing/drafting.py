"""Draft and verify an answer with the configured model, or with the extractive writer if no model works."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.answers.claims import ClaimPart, Draft, DroppedClaim, PageTexts, Writer, WriterScore
from app.answers.events import ShownClaim
from app.answers.evidence_tables import EvidenceTables
from app.answers.verification.checks import verify_claims
from app.answers.verification.claim_subjects import Subjects, find_subject, subjects_of
from app.answers.writing.extractive import ExtractiveWriter
from app.answers.writing.model_writer import ModelWriter
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import TokenUsage
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

NOTHING_VERIFIED = "nothing-verified"
"""Value of `degraded` when every claim in the model's draft failed verification."""


@dataclass(frozen=True, slots=True)
class VerifiedDraft:
    """Shown and dropped claims. Ordinals count all drafted sentences.

    `score` is that of the writer, if it has one. `usage`, `model` and `prompt_digest` describe the model call, even if
    its draft was not used.
    """

    writer: Writer
    shown: tuple[ShownClaim, ...]
    dropped: tuple[tuple[int, DroppedClaim], ...]
    degraded: str | None = None
    score: WriterScore | None = None
    model: str | None = None
    prompt_digest: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)

    def answers(self) -> bool:
        """Return whether a shown claim answers the question; the others support an answer, or are evidence."""
        return any(claim.part is ClaimPart.ANSWER for claim in self.shown)


class Drafter:
    """Drafts and verifies answers. `timeout_seconds` limits the model call; the extractive fallback takes about 10 ms.

    Give the extractive writer a local embedder: a remote one could fail together with the model.
    """

    def __init__(
        self, *, extractive: ExtractiveWriter, model: ModelWriter | None = None, timeout_seconds: float = 30.0
    ) -> None:
        self._extractive = extractive
        self._model = model
        self._timeout_seconds = timeout_seconds

    async def draft(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> VerifiedDraft:
        """Draft and verify. If the model is unavailable or slow, or its output is invalid, `degraded` is set and no
        error is raised.
        """
        if self._model is None or not passages:
            return await asyncio.to_thread(self._extract, question, understanding, passages, pages, tables)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                draft = await self._model.write(
                    question, passages, pages, tables, timeout_seconds=self._timeout_seconds
                )
        except TimeoutError:
            return await self._degraded(question, understanding, passages, pages, tables, ModelUnavailableError.code)
        except (ModelUnavailableError, ModelNonsenseError) as error:
            return await self._degraded(question, understanding, passages, pages, tables, error.code)
        verified = await asyncio.to_thread(
            verify_draft, draft, pages, tables, known_texts(question, passages), subjects_of(passages)
        )
        if verified.shown or not verified.dropped:
            return verified
        fallback = await asyncio.to_thread(self._extract, question, understanding, passages, pages, tables)
        return _replace_failed_draft(fallback, verified)

    async def _degraded(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
        code: str,
    ) -> VerifiedDraft:
        assert self._model is not None
        draft = await asyncio.to_thread(self._extract, question, understanding, passages, pages, tables)
        return replace(draft, degraded=code, model=self._model.model, prompt_digest=self._model.prompt_digest)

    async def find_evidence(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> VerifiedDraft:
        """Return the passages' sentences and rows that come nearest to a question without an answer."""
        return await asyncio.to_thread(self._find_evidence, question, understanding, passages, pages, tables)

    def _find_evidence(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> VerifiedDraft:
        draft = self._extractive.find_evidence(question, understanding, passages, pages, tables)
        return verify_draft(draft, pages, tables, known_texts(question, passages), subjects_of(passages))

    def _extract(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> VerifiedDraft:
        draft = self._extractive.write(question, understanding, passages, pages, tables)
        return verify_draft(draft, pages, tables, known_texts(question, passages), subjects_of(passages))


def known_texts(question: str, passages: Sequence[Passage]) -> frozenset[str]:
    """Return the question and the issuers' names: claims may use their words."""
    return frozenset({question, *(passage.issuer for passage in passages if passage.issuer)})


def verify_draft(
    draft: Draft, pages: PageTexts, tables: EvidenceTables, given: frozenset[str], subjects: Subjects
) -> VerifiedDraft:
    """Check the claims of a draft. `given` are texts whose words claims may use; `subjects` are those of the documents
    that they cite. If no claim with an answer is shown, the first one of a model is its answer, and those of other
    writers are evidence.
    """
    shown: list[ShownClaim] = []
    dropped: list[tuple[int, DroppedClaim]] = []
    ordinal = 0
    for ordinal, verdict in enumerate(verify_claims(draft.claims, pages, tables, given=given), start=1):
        if (claim := verdict.claim) is not None:
            subject = find_subject(claim, subjects, tables)
            shown.append(ShownClaim(ordinal, claim.text, claim.citations, claim.part, subject))
        elif verdict.dropped:
            dropped.append((ordinal, verdict.dropped))
    dropped.extend(enumerate(draft.dropped, start=ordinal + 1))
    if draft.writer is Writer.MODEL and shown:
        shown[0] = replace(shown[0], part=ClaimPart.ANSWER)
    elif all(claim.part is not ClaimPart.ANSWER for claim in shown):
        shown = [replace(claim, part=ClaimPart.RELATED) for claim in shown]
    return VerifiedDraft(
        writer=draft.writer,
        shown=tuple(shown),
        dropped=tuple(dropped),
        score=draft.score,
        model=draft.model,
        prompt_digest=draft.prompt_digest,
        usage=draft.usage,
    )


def _replace_failed_draft(fallback: VerifiedDraft, failed: VerifiedDraft) -> VerifiedDraft:
    """Return the fallback draft. The claims of the failed model draft are appended to its dropped claims."""
    last = max((claim.ordinal for claim in fallback.shown), default=0)
    last = max(last, *(ordinal for ordinal, _ in fallback.dropped), 0)
    dropped = (*fallback.dropped, *enumerate((claim for _, claim in failed.dropped), start=last + 1))
    return replace(
        fallback,
        dropped=dropped,
        degraded=NOTHING_VERIFIED,
        model=failed.model,
        prompt_digest=failed.prompt_digest,
        usage=failed.usage,
    )

"""Draft and verify an answer with the configured model, or with the extractive writer if no model works."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from app.answers.claims import (
    FIRST_PASSAGES,
    ClaimPart,
    Draft,
    DraftClaim,
    DroppedClaim,
    DropReason,
    Grid,
    PageTexts,
    StatedFigure,
    Writer,
    WriterScore,
)
from app.answers.events import ShownClaim
from app.answers.evidence_tables import EvidenceTables
from app.answers.kinds import AskedKind, Expected, QuestionKind, read_kind
from app.answers.offered import PASSAGES_ONLY, ForModel
from app.answers.verification.checks import ClaimChecker
from app.answers.verification.claim_subjects import Subjects, find_subject, subjects_of
from app.answers.verification.support import find_terms
from app.answers.writing.by_kind import BuiltInWriter
from app.answers.writing.model_writer import ModelWriter
from app.answers.writing.referring import OnClaim
from app.answers.writing.section_writer import SectionWriter
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import TokenUsage
from app.quantities.mentions import find_numbers
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

Show = Callable[[ShownClaim], Awaitable[None]]
"""Shows a verified claim before the draft is complete."""

_FIGURES = frozenset({Expected.AMOUNT, Expected.SHARE, Expected.COUNT})
NOTHING_VERIFIED = "nothing-verified"
"""Value of `degraded` when every claim in the model's draft failed verification."""


@dataclass(frozen=True, slots=True)
class VerifiedDraft:
    """Shown and dropped claims. Ordinals count all drafted sentences.

    `grid` is a comparison, whose cells refer to claims by ordinal. `score` is that of the writer, if it has one.
    `usage`, `model` and `prompt_digest` describe the model call, even if its draft was not used. `left_out` are places
    of the text that a summary had no time to read.
    """

    writer: Writer
    shown: tuple[ShownClaim, ...]
    dropped: tuple[tuple[int, DroppedClaim], ...]
    degraded: str | None = None
    score: WriterScore | None = None
    grid: Grid | None = None
    model: str | None = None
    prompt_digest: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    left_out: tuple[str, ...] = ()

    def answers(self) -> bool:
        """Return whether a shown claim answers the question; the others support an answer, or are evidence."""
        return any(claim.part is ClaimPart.ANSWER for claim in self.shown)


class Drafter:
    """Drafts and verifies answers. `timeout_seconds` limits the model call, and `summary_seconds` those of a summary by
    `sections`; the built-in writer needs about 30 ms.
    """

    def __init__(
        self,
        *,
        extractive: BuiltInWriter,
        model: ModelWriter | None = None,
        sections: SectionWriter | None = None,
        timeout_seconds: float = 30.0,
        summary_seconds: float = 60.0,
    ) -> None:
        self._extractive = extractive
        self._model = model
        self._sections = sections
        self._timeout_seconds = timeout_seconds
        self._summary_seconds = summary_seconds

    @property
    def has_model(self) -> bool:
        """Whether a model writes, and can use offered figures."""
        return self._model is not None

    @property
    def summarises(self) -> bool:
        """Whether a model summarises sections."""
        return self._model is not None and self._sections is not None

    async def draft(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
        show: Show | None = None,
        beside: ForModel = PASSAGES_ONLY,
    ) -> VerifiedDraft:
        """Draft and verify. If the model is unavailable or slow, or its output is invalid, `degraded` is set and no
        error is raised. `show` is awaited with each claim of a model as soon as it is verified. With sections
        `beside`, they are summarised; the passages are for the built-in writer, if the model fails.
        """
        if self._model is None or not passages:
            return await asyncio.to_thread(self._extract, question, understanding, passages, pages, tables)
        first = passages[:FIRST_PASSAGES]
        given = known_texts(question, first)
        subjects = {**beside.offered.subjects, **subjects_of(first)}
        asked = None if beside.sections is not None else read_kind(understanding)
        verifier = DraftVerifier(pages, tables, given, subjects, is_model=True, asked=asked)

        async def verify(claim: DraftClaim) -> None:
            shown = await asyncio.to_thread(verifier.add, claim)
            if shown is not None and show is not None:
                await show(shown)

        on_claim = None if show is None else verify
        try:
            draft = await self._write(question, first, pages, tables, beside, given, on_claim)
        except (TimeoutError, ModelUnavailableError, ModelNonsenseError) as error:
            code = ModelUnavailableError.code if isinstance(error, TimeoutError) else error.code
            if verifier.shown:
                return replace(self._begun(verifier), degraded=code)
            return await self._degraded(question, understanding, passages, pages, tables, code)
        verified = await asyncio.to_thread(verifier.finish, draft)
        if verified.shown or (not verified.dropped and beside.sections is None):
            return verified
        fallback = await asyncio.to_thread(self._extract, question, understanding, passages, pages, tables)
        return _replace_failed_draft(fallback, verified)

    async def _write(
        self,
        question: str,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
        beside: ForModel,
        given: frozenset[str],
        on_claim: OnClaim | None,
    ) -> Draft:
        assert self._model is not None
        if beside.sections is not None and self._sections is not None:
            return await self._sections.write(
                question,
                beside.sections,
                pages,
                tables,
                given=given,
                timeout_seconds=self._summary_seconds,
                on_claim=on_claim,
            )
        async with asyncio.timeout(self._timeout_seconds):
            return await self._model.write(
                question,
                passages,
                pages,
                tables,
                timeout_seconds=self._timeout_seconds,
                offered=beside.offered.figures,
                on_claim=on_claim,
            )

    def _begun(self, verifier: "DraftVerifier") -> VerifiedDraft:
        """Return the claims that a model wrote before it failed: they are shown already."""
        assert self._model is not None
        model = self._model
        return verifier.finish(
            Draft(writer=Writer.MODEL, claims=(), model=model.model, prompt_digest=model.prompt_digest)
        )

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
        draft = self._extractive.find_evidence(understanding, passages, pages, tables)
        return verify_draft(draft, pages, tables, known_texts(question, passages), subjects_of(passages))

    def _extract(
        self,
        question: str,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> VerifiedDraft:
        draft = self._extractive.write(understanding, passages, pages, tables)
        return verify_draft(draft, pages, tables, known_texts(question, passages), subjects_of(passages))


def known_texts(question: str, passages: Sequence[Passage]) -> frozenset[str]:
    """Return the question and the issuers' names: claims may use their words."""
    return frozenset({question, *(passage.issuer for passage in passages if passage.issuer)})


def verify_draft(
    draft: Draft, pages: PageTexts, tables: EvidenceTables, given: frozenset[str], subjects: Subjects
) -> VerifiedDraft:
    """Check the claims of a draft, as `DraftVerifier` does."""
    return DraftVerifier(pages, tables, given, subjects, is_model=draft.writer is Writer.MODEL).finish(draft)


class DraftVerifier:
    """Checks the claims of a draft one by one. `given` are texts whose words claims may use; `subjects` are those of
    the documents that they cite. The first shown claim of a model is its answer: before it, claims that cannot answer
    the question as `asked` are dropped. If other writers have none with an answer, their claims are evidence.
    """

    def __init__(
        self,
        pages: PageTexts,
        tables: EvidenceTables,
        given: frozenset[str],
        subjects: Subjects,
        *,
        is_model: bool,
        asked: AskedKind | None = None,
    ) -> None:
        self._asked = asked
        self._names = frozenset(find_terms(" ".join(subject.issuer or "" for subject in subjects.values())))
        self._checker = ClaimChecker(pages, tables, given=given)
        self._tables = tables
        self._subjects = subjects
        self._is_model = is_model
        self._count = 0
        self.shown: list[ShownClaim] = []
        self._stated: dict[str, StatedFigure] = {}  # by the sentences of their arithmetic
        self._dropped: list[tuple[int, DroppedClaim]] = []

    def add(self, draft: DraftClaim) -> ShownClaim | None:
        """Check the next claim. Return it as shown, or None if it is dropped."""
        self._count += 1
        verdict = self._checker.check(draft)
        if verdict.dropped is not None and draft.part is not ClaimPart.RELATED:
            self._dropped.append((self._count, verdict.dropped))
        if (claim := verdict.claim) is None:
            return None
        if self._is_model and not self.shown and not self._can_answer(claim.text):
            self._dropped.append((self._count, DroppedClaim(claim.text, DropReason.NOT_A_STATEMENT, claim.part)))
            return None
        part = ClaimPart.ANSWER if self._is_model and not self.shown else claim.part
        subject = find_subject(claim, self._subjects, self._tables)
        self.shown.append(ShownClaim(self._count, claim.text, claim.citations, part, subject))
        self._stated |= {each.working.sentence(): each for each in draft.stated if each.working is not None}
        return self.shown[-1]

    def _can_answer(self, text: str) -> bool:
        """Return whether a claim of a model says what the question asks for, as far as its form shows: a figure states
        one, and no answer is only a name of the issuer.
        """
        if self._asked is None:
            return True
        if self._asked.kind is QuestionKind.FIGURE or (
            self._asked.kind is QuestionKind.FACT and self._asked.expected in _FIGURES
        ):
            return any(not mention.is_year() for mention in find_numbers(text).mentions)
        return not self._names.issuperset(find_terms(text))

    def finish(self, draft: Draft) -> VerifiedDraft:
        """Check the claims of the draft that were not added before, and return the result. The arithmetic of figures
        that shown claims use is shown as their support.
        """
        for claim in draft.claims[self._count :]:
            self.add(claim)
        for sentence, stated in self._stated.copy().items():
            self.add(DraftClaim(sentence, stated.citations, stated.working))
        self._dropped.extend(enumerate(draft.dropped, start=self._count + 1))
        shown = self.shown
        if all(claim.part is not ClaimPart.ANSWER for claim in shown):
            shown = [replace(claim, part=ClaimPart.RELATED) for claim in shown]
        return VerifiedDraft(
            writer=draft.writer,
            shown=tuple(shown),
            dropped=tuple(self._dropped),
            score=draft.score,
            model=draft.model,
            prompt_digest=draft.prompt_digest,
            usage=draft.usage,
            left_out=draft.left_out,
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

"""Answer questions with verified claims, and read earlier answers.

No database connection is open while the answer is drafted: short transactions read passages and pages, and another
stores the answer before its claims are sent. Claims sent while a model writes are audited before (`EarlyClaims`).
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import asdict, replace
from decimal import Decimal
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.approved.reading import find_approved
from app.answers.approved.replies import write_reply
from app.answers.claims import FIRST_PASSAGES, Outcome, page_keys
from app.answers.computing.answering import Answered, Evidence
from app.answers.computing.notices import Declined, decline_midpoint
from app.answers.computing.offering import OfferedLedger
from app.answers.computing.question import FigureQuestion
from app.answers.early_claims import Authorise, EarlyClaims
from app.answers.errors import QuestionNotFoundError
from app.answers.events import (
    AnswerDone,
    AnswerEvent,
    AnswerView,
    AskedQuestion,
    ClaimDropped,
    ClaimVerified,
    SourcesFound,
    count_reasons,
)
from app.answers.evidence import QuestionEvidence
from app.answers.evidence_tables import EvidenceTables
from app.answers.figures import find_figures
from app.answers.kept_drafts import KeptDrafts, digest_content
from app.answers.ledgers import read_ledgers, read_offered
from app.answers.models import Answer
from app.answers.proposals import Proposed, ProposedFigures, with_proposal
from app.answers.questions import AsTurn, parse_question
from app.answers.reading import read_answers, record_sources
from app.answers.repository import AnswerRepository
from app.answers.section_reading import read_sections
from app.answers.views import APPROVED, COMPUTED, LEXICAL, MISSING, PLAN, build_view, split_notes
from app.answers.writing.drafting import Drafter, Show, VerifiedDraft
from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.keyed import sent_together
from app.db.session import Database
from app.identity.holding import hold_key
from app.observability.metrics import Metrics
from app.observability.tracing import traced
from app.retrieval.filters import SearchFilters
from app.retrieval.service import SearchQuery, SearchResult
from app.tables.service import find_tables_of_pages

READ_PASSAGES = 36
"""The built-in writer reads the sentences of all; for all else, the first are enough (`FIRST_PASSAGES`)."""


class PassageSearch(Protocol):
    """The part of retrieval that answering needs. `app.retrieval.service.RetrievalService` implements it."""

    def prepare(self, question: str) -> SearchQuery: ...

    def search_in(
        self, session: Session, query: SearchQuery, filters: SearchFilters | None = None, k: int = 10
    ) -> SearchResult: ...


class AnswerService:
    """Answers questions and returns earlier answers.

    Figures are read or computed without the drafter, unless `computes` is false: evaluations of drafters need that.
    `proposed` reads questions for figures that the grammar does not understand.
    """

    def __init__(
        self,
        *,
        database: Database,
        search: PassageSearch,
        drafter: Drafter,
        clock: Clock,
        metrics: Metrics,
        passages: int = READ_PASSAGES,
        computes: bool = True,
        proposed: ProposedFigures | None = None,
    ) -> None:
        self._database = database
        self.search = search
        self._drafter = drafter
        self._clock = clock
        self._metrics = metrics
        self._passages = passages
        self._computes = computes
        self._proposed = proposed
        self._drafts = KeptDrafts()
        self._finishing: set[asyncio.Task[AnswerView]] = set()

    async def ask(
        self,
        principal: Principal,
        question: str,
        filters: SearchFilters | None = None,
        authorise: Authorise | None = None,
        turn: AsTurn | None = None,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the events in order: the sources, the shown claims, the dropped claims, and the end. Claims of a model
        are sent as they are verified; the others after the answer is stored.

        If the client disconnects, the answer is still completed and stored. `authorise` is called before a claim is
        sent and before the answer is stored; if it raises, nothing is stored. With `turn`, the question is stored as a
        turn of a conversation.
        Raises QuestionEmptyError, QuestionTooLongError, QuestionInvalidCharactersError before the first event, and
        UnavailableError when the database is down.
        """
        text = parse_question(question)
        evidence = await asyncio.to_thread(self._retrieve, principal, text, filters or SearchFilters())
        evidence = replace(evidence, turn=turn)
        early = EarlyClaims(
            database=self._database,
            clock=self._clock,
            principal=principal,
            question_id=evidence.question.id,
            authorise=authorise,
        )
        task = self._begin(principal, evidence, authorise, early)
        yield SourcesFound(question_id=evidence.question.id, passages=evidence.passages[:FIRST_PASSAGES])
        sent: set[int] = set()
        async for claim in early.list_claims():
            sent.add(claim.ordinal)
            yield ClaimVerified(claim=claim, is_early=True)
        answer = await asyncio.shield(task)
        for claim in answer.shown():
            if claim.ordinal not in sent:
                yield ClaimVerified(claim=claim)
        for reason, count in (answer.dropped or {}).items():
            for _ in range(count):
                yield ClaimDropped(reason=reason)
        yield AnswerDone(answer=answer)

    async def answer(
        self,
        principal: Principal,
        question: str,
        filters: SearchFilters | None = None,
        authorise: Authorise | None = None,
        turn: AsTurn | None = None,
    ) -> AnswerView:
        """Return the complete answer. Raises the same errors as `ask`."""
        text = parse_question(question)
        evidence = await asyncio.to_thread(self._retrieve, principal, text, filters or SearchFilters())
        return await asyncio.shield(self._begin(principal, replace(evidence, turn=turn), authorise))

    async def finish(self) -> None:
        """Wait for unfinished answers, including those of disconnected clients. Called at shutdown."""
        await asyncio.gather(*self._finishing, return_exceptions=True)

    def get_question(self, principal: Principal, question_id: UUID) -> AnswerView:
        """Return one of the user's questions with its answer. Raises QuestionNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            found = read_answers(session, principal, [question_id])
        if question_id not in found:
            raise QuestionNotFoundError
        return found[question_id]

    def list_questions(self, principal: Principal, page: PageRequest) -> PageOf[AnswerView]:
        """List the user's questions, newest first, without claims. Raises InvalidCursorError."""
        before = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = AnswerRepository(session)
            questions = list(repository.list_questions(before=before, limit=page.limit + 1))
            asked = [question.id for question in questions]
            answers, notes = repository.find_answers(asked), repository.find_notes(asked)
        shown = questions[: page.limit]
        last = shown[-1].id if len(questions) > page.limit else None
        return PageOf(
            items=[build_view(each, answers.get(each.id), notes.get(each.id)) for each in shown],
            next_cursor=None if last is None else encode_cursor(str(last)),
        )

    def _retrieve(self, principal: Principal, text: str, filters: SearchFilters) -> QuestionEvidence:
        began = time.monotonic()
        with traced("answers.retrieve"), self._metrics.time_step("retrieve"):
            query = self.search.prepare(text)
            question_id = new_id()
            # One state of the database: pages and tables are replaced when a version is published again.
            with self._database.transaction(principal, snapshot=True) as session:
                result = self.search.search_in(session, query, filters, self._passages)
                figure = FigureQuestion.of(text, result.understanding) if self._computes else None
                ledgers = read_ledgers(session, figure, result.understanding, filters)
                needs_model = not result.understanding.is_absent() and not any(ledger.computed for ledger in ledgers)
                first = result.passages[:FIRST_PASSAGES]
                result = result if needs_model else replace(result, passages=first)
                offered: tuple[OfferedLedger, ...] = ()
                if self._drafter.has_model and needs_model:
                    offered = read_offered(session, text, result.understanding, filters)
                sections = None
                if self._drafter.summarises and needs_model:
                    sections = read_sections(session, text, result.understanding, first)
                of_ledgers = (key for ledger in ledgers for key in ledger.pages())
                of_offered = (key for ledger in offered for key in ledger.pages())
                of_sections = [] if sections is None else page_keys(sections.passages())
                approved = find_approved(session, text, result.understanding, filters, first)
                of_approved = (key for item in approved for key in item.pages())
                listed = (*of_ledgers, *of_offered, *of_sections, *of_approved, *page_keys(result.passages))
                keys = list(dict.fromkeys(listed))
                stored = find_tables_of_pages(session, keys)
                pages = AnswerRepository(session).get_page_texts(stored.pages().union(keys))
                # A page has a row of its own: the passages of a page that may not be read are left out.
                passages = tuple(
                    passage for passage in result.passages if (passage.version_id, passage.page_number) in pages
                )
                of_facts = set[UUID]().union(*(each.read() for each in ledgers), *(each.read() for each in offered))
                record_sources(session, principal, question_id, passages, of_facts, sections)
        question = AskedQuestion(
            id=question_id,
            text=text,
            asked_at=self._clock.now(),
            filters={name: [str(value) for value in values] for name, values in asdict(filters).items() if values},
            understanding={
                **result.understanding.as_record(),
                **({LEXICAL: True} if result.degraded else {}),
                **({PLAN: result.plan} if result.plan else {}),
            },
        )
        return QuestionEvidence(
            question=question,
            understanding=result.understanding,
            passages=passages,
            pages=pages,
            tables=EvidenceTables(stored.decode(pages)),
            figure=figure,
            ledgers=ledgers,
            offered=offered,
            sections=sections,
            approved=approved,
            filters=filters,
            began=began,
            content=(
                principal.user_id,
                digest_content(text, result.understanding, passages, pages, stored, ledgers, approved),
            ),
            degraded=result.degraded,
        )

    def _forget(self, task: asyncio.Task[AnswerView]) -> None:
        self._finishing.discard(task)
        if not task.cancelled():
            task.exception()  # after the end of the request, no other code retrieves the error

    def _begin(
        self,
        principal: Principal,
        evidence: QuestionEvidence,
        authorise: Authorise | None,
        early: EarlyClaims | None = None,
    ) -> asyncio.Task[AnswerView]:
        task = asyncio.create_task(self._finish(principal, evidence, authorise, early))
        self._finishing.add(task)
        task.add_done_callback(self._forget)
        return task

    async def _finish(
        self, principal: Principal, evidence: QuestionEvidence, authorise: Authorise | None, early: EarlyClaims | None
    ) -> AnswerView:
        try:
            write = partial(self._draft, principal, evidence, None if early is None else early.show)
            has_model = self._drafter.has_model or self._proposed is not None
            with traced("answers.draft"), self._metrics.time_step("draft"):
                evidence, draft = await (write() if has_model else self._drafts.draft(evidence, write))
        finally:
            if early is not None:
                early.close()
        if authorise is not None:
            principal = await authorise()
        return await asyncio.to_thread(self._record, principal, evidence, draft)

    async def _draft(
        self, principal: Principal, evidence: QuestionEvidence, show: Show | None
    ) -> tuple[QuestionEvidence, VerifiedDraft]:
        """Compute the figure that a question asks for, or draft sentences."""
        # If no document is of an issuer that the question names, the passages are of others. Then nothing is drafted.
        passages = () if evidence.understanding.is_absent() else evidence.passages
        question, understanding, pages, tables = (
            evidence.question.text,
            evidence.understanding,
            evidence.pages,
            evidence.tables,
        )
        reply = write_reply(question, evidence.approved, passages, pages, tables) if evidence.approved else None
        if reply is not None and reply.draft is not None:
            return evidence.noting({APPROVED: reply.notice}), reply.draft
        if reply is not None:
            evidence = evidence.noting({MISSING: reply.notice})
            return evidence, await self._drafter.find_evidence(question, understanding, passages, pages, tables)
        found = None
        if self._computes and not understanding.is_absent():
            read = (evidence.figure, evidence.ledgers, understanding, Evidence(passages, pages, tables))
            found = await asyncio.to_thread(find_figures, question, *read)
            if isinstance(found, Answered):
                return evidence.noting({COMPUTED: found.notes or True}, quotes=bool(found.notes)), found.draft
        proposed = await self._propose(principal, evidence)
        if proposed is not None and proposed.answered is not None:
            return with_proposal(evidence, proposed, proposed.answered)
        if found is None:
            found = decline_midpoint(question, pages)
        if isinstance(found, Declined) and evidence.figure is not None and evidence.figure.asks_verdict:
            # A sentence may say yes or no, though the figures are not there.
            beside = evidence.for_model()
            draft = await self._drafter.draft(question, understanding, passages, pages, tables, beside=beside)
            if draft.answers():
                return evidence, draft
        if isinstance(found, Declined):
            evidence = evidence.noting({MISSING: found.sentence}, quotes=True)
            draft = await self._drafter.find_evidence(question, understanding, passages, pages, tables)
        else:
            beside = evidence.for_model()
            draft = await self._drafter.draft(question, understanding, passages, pages, tables, show, beside)
            evidence = evidence.noting_summary(draft.left_out)
        return evidence, draft if proposed is None else replace(draft, usage=draft.usage + proposed.proposal.usage)

    async def _propose(self, principal: Principal, evidence: QuestionEvidence) -> Proposed | None:
        """Let a configured model read a question for a figure that the grammar does not understand."""
        wants_figure = evidence.figure is not None or evidence.understanding.wants_figure
        if self._proposed is None or evidence.understanding.is_absent() or not wants_figure:
            return None
        return await self._proposed.answer(
            principal,
            question_id=evidence.question.id,
            question=evidence.question.text,
            understanding=evidence.understanding,
            filters=evidence.filters,
        )

    def _record(self, principal: Principal, evidence: QuestionEvidence, draft: VerifiedDraft) -> AnswerView:
        """Store the question, its answer and the audit event in one transaction."""
        draft = replace(draft, degraded=draft.degraded or evidence.degraded)
        seconds = time.monotonic() - evidence.began
        outcome = Outcome.ANSWERED if draft.answers() else Outcome.NOT_FOUND
        turn = evidence.turn
        question = evidence.question if turn is None else replace(evidence.question, text=turn.words)
        question, notes = split_notes(question)
        values = {
            "outcome": outcome.value,
            "writer": draft.writer.value,
            "degraded": draft.degraded,
            "model": draft.model,
            "prompt_hash": draft.prompt_digest,
            "tokens_in": draft.usage.tokens_in,
            "tokens_out": draft.usage.tokens_out,
            "cost_usd": draft.usage.cost_usd or Decimal(0),
            "duration_ms": round(seconds * 1000),
            "answered_at": self._clock.now(),
            "grid": None if draft.grid is None else asdict(draft.grid),
            "drafted_from": sorted({*(passage.document_id for passage in evidence.passages), *evidence.read()}),
        }
        cited = {span.document_id for claim in draft.shown for span in claim.citations}
        with traced("answers.record"), self._database.transaction(principal) as session:
            hold_key(session, principal, self._clock.now())
            repository = AnswerRepository(session)
            with sent_together(session):
                repository.insert_question(principal.tenant_id, principal.user_id, question)
                repository.insert_notes(principal.tenant_id, question.id, notes)
                repository.insert_answer(principal.tenant_id, question.id, values)
                repository.insert_claims(principal.tenant_id, question.id, draft.shown, draft.dropped)
                record(
                    session,
                    principal,
                    "answers.question.asked",
                    object_type="question",
                    object_id=question.id,
                    detail={
                        "outcome": outcome.value,
                        "writer": draft.writer.value,
                        "degraded": draft.degraded,
                        "claims": len(draft.shown),
                        "dropped": len(draft.dropped),
                        "documents": sorted(map(str, cited)),
                    },
                )
            if turn is not None:
                turn.store(session, question.id)
            # Read through row-level security again: access to a source may have been revoked during drafting.
            is_visible, seen = repository.read_stored(question.id)
        self._metrics.record_question(kind=draft.writer.value, outcome=outcome.value, seconds=seconds)
        self._metrics.record_claims(verdict="shown", count=len(draft.shown))
        reasons = count_reasons([claim.reason for _, claim in draft.dropped])
        for reason, count in reasons.items():
            self._metrics.record_claims(verdict=reason.value, count=count)
        answer = Answer(question_id=question.id, tenant_id=principal.tenant_id, **values) if is_visible else None
        return build_view(question, answer, seen, draft.shown, reasons)

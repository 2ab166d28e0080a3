"""Answer a question from an expression that a model proposed: read the ledger, compute, and verify.

No connection is held while the model is called: one short transaction reads which periods and parts the issuer reports,
and another one the facts of the expression.
"""

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.computing.answering import Answered, Evidence, answer_figure
from app.answers.computing.currencies import find_asked_currency
from app.answers.computing.ledger_result import compute_from_ledger
from app.answers.computing.proposing import FormulaProposer, Known, Proposal
from app.answers.computing.question import CALENDAR_ITEMS, FigureQuestion, named_issuers
from app.answers.computing.requests import FigureRequest
from app.answers.evidence import QuestionEvidence
from app.answers.evidence_tables import EvidenceTables
from app.answers.ledgers import load_facts_of
from app.answers.repository import AnswerRepository
from app.answers.views import COMPUTED
from app.answers.writing.drafting import VerifiedDraft
from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.expressions import At, Expression, Label, Name, map_parts
from app.facts.formulas.registry import standard_vocabulary
from app.facts.items.standard import load_items
from app.facts.model import FiscalLabel, StoredFact
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.understanding import Understanding
from app.tables.service import find_tables_of_pages

_NO_MEMBERS = frozenset({"part", "entity"})
_Load = Callable[..., list[StoredFact]]
"""Loads facts with some `items` of the issuer that a question names (`load_facts_of`)."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The result of a proposal: the answer, if it was evaluated and verified, and the documents that were read."""

    proposal: Proposal
    answered: Answered | None = None
    read: frozenset[UUID] = frozenset()

    @property
    def notice(self) -> str:
        """Say how the model read the question."""
        return f"A language model read the question as the formula {self.proposal.expression}."


class ProposedFigures:
    """Asks a model for an expression, and answers from it."""

    def __init__(self, *, database: Database, proposer: FormulaProposer) -> None:
        self._database = database
        self._proposer = proposer

    async def answer(
        self,
        principal: Principal,
        *,
        question_id: UUID,
        question: str,
        understanding: Understanding,
        filters: SearchFilters,
    ) -> Proposed | None:
        """Return the answer; None if the question names no single issuer with facts, so that no model is asked."""
        issuers = named_issuers(question, understanding)
        if len(issuers) != 1 or filters.are_other_than_issuers_and_documents():
            return None
        load = partial(load_facts_of, issuer=issuers[0], understanding=understanding, within=filters.document_ids)
        known = await asyncio.to_thread(self._read_known, principal, question_id, load)
        if not known.periods:
            return None
        proposal = await self._proposer.propose(question, known)
        if proposal.expression is None:
            return Proposed(proposal)
        figure = _question_of(question, proposal.expression)
        answered, read = await asyncio.to_thread(self._evaluate, principal, question_id, figure, understanding, load)
        return Proposed(proposal, answered, read)

    def _read_known(self, principal: Principal, question_id: UUID, load: _Load) -> Known:
        with self._database.transaction(principal, snapshot=True) as session:
            facts = load(session, items=CALENDAR_ITEMS)
            if facts:
                _record_read(session, principal, question_id, {stored.source.document_id for stored in facts})
        labels = {stored.fact.fiscal for stored in facts if stored.fact.fiscal is not None}
        dimensions = (pair for stored in facts for pair in stored.fact.dimensions)
        members = sorted({member for axis, member in dimensions if axis not in _NO_MEMBERS})
        return Known(sorted(labels, key=_end), members)

    def _evaluate(
        self,
        principal: Principal,
        question_id: UUID,
        figure: FigureQuestion,
        understanding: Understanding,
        load: _Load,
    ) -> tuple[Answered | None, frozenset[UUID]]:
        names = [*figure.names()[0], *CALENDAR_ITEMS]
        with self._database.transaction(principal, snapshot=True) as session:
            ledger = compute_from_ledger(figure, load(session, items=names))
            read = frozenset(ledger.read())
            stored = find_tables_of_pages(session, ledger.pages())
            pages = AnswerRepository(session).get_page_texts(stored.pages().union(ledger.pages()))
            _record_read(session, principal, question_id, read)
        tables = EvidenceTables(stored.decode(pages))
        found = answer_figure(figure, (ledger,), understanding, Evidence((), pages, tables))
        return found if isinstance(found, Answered) else None, read


def with_proposal(
    evidence: QuestionEvidence, proposed: Proposed, answered: Answered
) -> tuple[QuestionEvidence, VerifiedDraft]:
    """Record how a model read the question, and what its call cost."""
    proposal = proposed.proposal
    noted = evidence.noting({COMPUTED: " ".join(filter(None, (proposed.notice, answered.notes)))})
    draft = replace(answered.draft, model=proposal.model, prompt_digest=proposal.prompt_digest, usage=proposal.usage)
    return replace(noted, also_read=proposed.read), draft


def _record_read(session: Session, principal: Principal, question_id: UUID, documents: Set[UUID]) -> None:
    record(
        session,
        principal,
        "answers.sources.read",
        object_type="question",
        object_id=question_id,
        detail={"documents": sorted(map(str, documents)), "passages": []},
    )


def _question_of(text: str, expression: Expression) -> FigureQuestion:
    request = FigureRequest(_in_words(expression), expression)
    return FigureQuestion(text, (request,), (request,), find_asked_currency(text))


def _in_words(expression: Expression) -> str:
    """Return an expression with the titles of its items and measures."""

    def titled(part: Expression) -> Expression:
        if not isinstance(part, Name):
            return part
        measure, item = standard_vocabulary().measure(part.name), load_items().get(part.name)
        return Label(measure.title if measure is not None else item.title if item is not None else part.name)

    of = expression.of if isinstance(expression, At) else expression
    return str(map_parts(of, titled)).replace('"', "")


def _end(label: FiscalLabel) -> tuple[int, str]:
    return FiscalSpan.of(label).end, label.part

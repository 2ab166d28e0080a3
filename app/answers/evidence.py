"""What a question is answered from."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.answers.approved.reading import ApprovedItems
from app.answers.claims import PageTexts
from app.answers.computing.ledger_result import LedgerResult
from app.answers.computing.offering import OfferedLedger, offer_figures
from app.answers.computing.question import FigureQuestion
from app.answers.events import AskedQuestion
from app.answers.evidence_tables import EvidenceTables
from app.answers.ledgers import documents_of
from app.answers.offered import ForModel
from app.answers.questions import AsTurn
from app.answers.sections import ChosenSections
from app.answers.views import SUMMARY
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding


@dataclass(frozen=True, slots=True)
class QuestionEvidence:
    """A question with its retrieved passages, the page texts and tables for drafting and verification, and what the
    ledgers of the issuers and the approved values give. Equal `content` has equal texts, tables, ledgers and approved
    values, and a question in the same words.
    """

    question: AskedQuestion
    understanding: Understanding
    passages: tuple[Passage, ...]
    pages: PageTexts
    tables: EvidenceTables
    figure: FigureQuestion | None
    ledgers: tuple[LedgerResult, ...]
    offered: tuple[OfferedLedger, ...]
    sections: ChosenSections | None
    approved: ApprovedItems
    filters: SearchFilters
    began: float
    content: Hashable
    degraded: str | None = None
    also_read: frozenset[UUID] = frozenset()
    turn: AsTurn | None = None

    def read(self) -> set[UUID]:
        """Return the documents whose facts were read."""
        of_ledgers = {document_id for ledger in self.ledgers for document_id in ledger.read()}
        return of_ledgers.union(self.also_read, *(ledger.read() for ledger in self.offered))

    def for_model(self) -> ForModel:
        """Return what a model gets beside the passages."""
        return ForModel(offer_figures(self.offered, self.pages, self.tables), self.sections)

    def noting_summary(self, left_out: Sequence[str]) -> "QuestionEvidence":
        """Return the evidence with what its summary is of, and what was left out, in the question's record."""
        return self if self.sections is None else self.noting({SUMMARY: self.sections.note(left_out)})

    def noting(self, facts: dict[str, object], *, quotes: bool = False) -> "QuestionEvidence":
        """Return the evidence with more facts in the question's record. With `quotes`, they may quote any document of
        the ledgers, and all of these count as read.
        """
        record = {**self.question.understanding, **facts}
        read = self.also_read | documents_of(self.ledgers) if quotes else self.also_read
        return replace(self, question=replace(self.question, understanding=record), also_read=read)

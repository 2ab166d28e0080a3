"""Answer a question for a figure from tables, or say what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answers.claims import Draft, PageTexts, Writer
from app.answers.computing.evaluation import Computed, compute
from app.answers.computing.found import Missing
from app.answers.computing.grammar import read_requests
from app.answers.computing.requests import Aggregate, Average, Binary, FigureRequest
from app.answers.computing.sentences import CitedDocument, write_claims
from app.answers.computing.table_figures import TableFigures
from app.answers.evidence_tables import EvidenceTables
from app.answers.subjects import is_of_another_issuer
from app.answers.writing.drafting import VerifiedDraft, known_texts, verify_draft
from app.documents.issuers import normalise_issuer
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

NOTICE = "No language model wrote this: the figure is read or computed from the cited cells."

LEAST_CERTAINTY = 0.8
"""Computed answers with a less certain input are declined."""


@dataclass(frozen=True, slots=True)
class Declined:
    """A question for a figure that cannot be computed, with a sentence that names what is missing."""

    sentence: str


def answer_figure(
    question: str,
    understanding: Understanding,
    passages: Sequence[Passage],
    pages: PageTexts,
    tables: EvidenceTables,
) -> VerifiedDraft | Declined | None:
    """Return the verified claims of a computed answer; `Declined` if the question asks for arithmetic over
    figures of which one is missing; None if it does not ask for a figure, or for one that only sentences may state.
    """
    requests = read_requests(question, names=understanding.issuer_names)
    if not requests or not passages or not _is_one_issuer(understanding, passages):
        return None
    documents = {
        (passage.version_id, number): CitedDocument(
            passage.document_id, passage.version_id, passage.document_title, number
        )
        for passage in passages
        for version_id, number in pages
        if version_id == passage.version_id
    }
    own = {key: found for key, found in tables.all_tables().items() if key in documents}
    is_foreign = any(is_of_another_issuer(understanding, passage) for passage in passages)
    finder = TableFigures(own, pages, names_in_rows=is_foreign)
    missing: list[Missing] = []
    for request in requests:
        found = compute(request, finder)
        if isinstance(found, Computed):
            if found.certainty >= LEAST_CERTAINTY:
                draft = Draft(writer=Writer.EXTRACTIVE, claims=tuple(write_claims(found, documents, pages)))
                verified = verify_draft(draft, pages, tables, known_texts(question, passages))
                if verified.shown and verified.shown[0].ordinal == 1:
                    return verified
            continue
        missing.append(found)
    return Declined(_sentence(missing)) if is_arithmetic(requests[0]) else None


def _is_one_issuer(understanding: Understanding, passages: Sequence[Passage]) -> bool:
    """Return whether the passages are of one issuer, which the question names unless there is no other one."""
    keys = {normalise_issuer(passage.issuer) for passage in passages if passage.issuer}
    return len(keys | set(understanding.issuer_keys)) <= 1


def is_arithmetic(request: FigureRequest) -> bool:
    """Return whether a request is for arithmetic over several figures. A comparison can also be answered in words."""
    return not request.is_comparison and isinstance(request.node, Binary | Aggregate | Average)


def _sentence(missing: Sequence[Missing]) -> str:
    reasons = [each.reason for each in missing if each.reason]
    return f"The figure cannot be computed: {reasons[0]}." if reasons else "The figure cannot be computed."

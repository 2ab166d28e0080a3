"""Build the view of an answer from its stored rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.answers.claims import ClaimPart, DropReason, Grid, GridCell, GridRow, Outcome, Subject, Writer
from app.answers.computing.answering import NOTICE as COMPUTED_NOTICE
from app.answers.events import AnswerStatus, AnswerView, AskedQuestion, ShownClaim, count_reasons
from app.answers.models import Answer, Claim, Question
from app.answers.repository import StoredCitation
from app.answers.writing.by_kind import NOTICE

ABSENCE = "absence"
"""Key in `Question.understanding` with the sentence that says which names no visible document has."""

COMPUTED = "computed"
"""Key in `Question.understanding`: whether the answer was computed."""

MISSING = "missing"
"""Key in `Question.understanding` with the sentence that says why a figure could not be computed."""


SUMMARY = "summary"
"""Key in `Question.understanding` with sentences that say what a summary is of, and what it leaves out."""

LEXICAL = "lexical"
"""Key in `Question.understanding`: whether the sources were found by words only."""

PLAN = "vector_plan"
"""Key in `Question.understanding`: how the question's vector was compared (`app.retrieval.dense.Plan`)."""

LEXICAL_NOTICE = (
    "The embedding endpoint is not responding: the documents were searched for the words of the question only, so that "
    "passages in other words are missing."
)


def build_view(
    question: AskedQuestion | Question,
    answer: Answer | None,
    claims: Sequence[ShownClaim] = (),
    dropped: Mapping[DropReason, int] | None = None,
    *,
    is_partly_hidden: bool = False,
) -> AnswerView:
    """Build an answer's view. If the user has lost access to a source, `answer` is None, and the view's status is
    `WITHDRAWN`. `claims` also has the related ones.

    `is_partly_hidden` states that the user has lost access to a document from which the answer was drafted. Then the
    sentences that may quote it without a citation are left out: why a figure is missing, notes on figures, and what a
    summary is of.
    """
    if answer is None:
        return AnswerView(
            question_id=question.id,
            question=question.text,
            asked_at=question.asked_at,
            status=AnswerStatus.WITHDRAWN,
        )
    return AnswerView(
        question_id=question.id,
        question=question.text,
        asked_at=question.asked_at,
        status=AnswerStatus(answer.outcome),
        writer=answer.writer,
        degraded=answer.degraded,
        notice=_notice(answer, question, is_partly_hidden=is_partly_hidden),
        claims=tuple(claim for claim in claims if claim.part is not ClaimPart.RELATED),
        related=tuple(claim for claim in claims if claim.part is ClaimPart.RELATED),
        grid=_restore_grid(answer.grid),
        dropped=dropped or {},
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost_usd=answer.cost_usd,
        duration_ms=answer.duration_ms,
    )


def restore_claims(claims: Sequence[Claim], citations: Sequence[StoredCitation]) -> list[ShownClaim]:
    """Restore the shown claims with their citations from database rows."""
    return [
        ShownClaim(
            ordinal=claim.ordinal,
            text=claim.text,
            citations=tuple(item.span for item in citations if item.claim_ordinal == claim.ordinal),
            part=ClaimPart(claim.part),
            subject=Subject(claim.issuer, claim.period),
        )
        for claim in claims
        if claim.dropped_reason is None
    ]


def _restore_grid(stored: Mapping[str, Any] | None) -> Grid | None:
    if stored is None:
        return None
    rows = tuple(GridRow(row["label"], tuple(GridCell(**cell) for cell in row["cells"])) for row in stored["rows"])
    return Grid(tuple(stored["columns"]), rows)


def count_dropped(claims: Sequence[Claim]) -> dict[DropReason, int]:
    """Count the dropped claims in database rows by reason."""
    return count_reasons([DropReason(claim.dropped_reason) for claim in claims if claim.dropped_reason])


def _notice(answer: Answer, question: AskedQuestion | Question, *, is_partly_hidden: bool) -> str | None:
    lexical = LEXICAL_NOTICE if question.understanding.get(LEXICAL) else None
    shown = _answer_notice(answer, question, is_partly_hidden=is_partly_hidden)
    return " ".join(filter(None, (shown, lexical))) or None


def _answer_notice(answer: Answer, question: AskedQuestion | Question, *, is_partly_hidden: bool) -> str | None:
    absence = None if is_partly_hidden else question.understanding.get(ABSENCE)
    if answer.outcome == Outcome.NOT_FOUND:
        sentence = absence if is_partly_hidden else question.understanding.get(MISSING) or absence
        return None if sentence is None else str(sentence)
    if notes := question.understanding.get(COMPUTED):
        has_notes = isinstance(notes, str) and not is_partly_hidden
        notice = f"{COMPUTED_NOTICE} {notes}" if has_notes else COMPUTED_NOTICE
    elif answer.writer == Writer.EXTRACTIVE:
        notice = NOTICE
    else:
        notice = "" if is_partly_hidden else question.understanding.get(SUMMARY, "")
    return f"{absence or ''} {notice}".strip() or None

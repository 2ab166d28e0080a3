"""Build the view of an answer from its stored rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.answers.claims import ClaimPart, DropReason, Grid, GridCell, GridRow, Outcome, Subject, Writer
from app.answers.computing.answering import NOTICE as COMPUTED_NOTICE
from app.answers.events import AnswerStatus, AnswerView, AskedQuestion, ShownClaim, count_reasons
from app.answers.models import Answer, Claim, Question
from app.answers.repository import StoredCitation
from app.answers.writing.by_kind import NOTICE

APPROVED = "approved"
"""Key of notes with the sentence that says who stands behind an approved value."""

ABSENCE = "absence"
"""Key of notes with the sentence that says which names no visible document has."""

COMPUTED = "computed"
"""Key in `Question.understanding`: whether the answer was computed. In notes, it has notes on the figures."""

MISSING = "missing"
"""Key of notes with the sentence that says why a figure could not be computed."""


SUMMARY = "summary"
"""Key of notes with sentences that say what a summary is of, and what it leaves out."""

LEXICAL = "lexical"
"""Key in `Question.understanding`: whether the sources were found by words only."""

PLAN = "vector_plan"
"""Key in `Question.understanding`: how the question's vector was compared (`app.retrieval.dense.Plan`)."""

LEXICAL_NOTICE = (
    "The embedding endpoint is not responding: the documents were searched for the words of the question only, so that "
    "passages in other words are missing."
)


def split_notes(question: AskedQuestion) -> tuple[AskedQuestion, dict[str, Any]]:
    """Return the question with what is of no document, and notes: what may have words of any document of the draft."""
    every = question.understanding
    plain = {name: every[name] for name in (LEXICAL, PLAN) if name in every}
    notes = {name: value for name, value in every.items() if name not in plain}
    if every.get(COMPUTED):
        plain[COMPUTED] = True
    if every.get(COMPUTED) is True:
        del notes[COMPUTED]
    return replace(question, understanding=plain), notes


def build_view(
    question: AskedQuestion | Question,
    answer: Answer | None,
    notes: Mapping[str, Any] | None,
    claims: Sequence[ShownClaim] = (),
    dropped: Mapping[DropReason, int] | None = None,
) -> AnswerView:
    """Build an answer's view. If the user has lost access to a source, `answer` is None, and the view's status is
    `WITHDRAWN`. `claims` also has the related ones.

    `notes` is None if the user has lost access to a document from which the answer was drafted. Then the sentences
    that may quote it without a citation are left out: why a figure is missing, notes on figures, and what a summary is
    of.
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
        notice=_notice(answer, question.understanding, notes or {}),
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


def _notice(answer: Answer, understanding: Mapping[str, Any], notes: Mapping[str, Any]) -> str | None:
    lexical = LEXICAL_NOTICE if understanding.get(LEXICAL) else None
    shown = _answer_notice(answer, notes, is_computed=bool(understanding.get(COMPUTED)))
    return " ".join(filter(None, (shown, lexical))) or None


def _answer_notice(answer: Answer, notes: Mapping[str, Any], *, is_computed: bool) -> str | None:
    absence = notes.get(ABSENCE)
    if answer.outcome == Outcome.NOT_FOUND:
        sentence = notes.get(MISSING) or absence
        return None if sentence is None else str(sentence)
    if APPROVED in notes:
        notice = str(notes[APPROVED])
    elif is_computed:
        notice = f"{COMPUTED_NOTICE} {notes.get(COMPUTED, '')}"
    elif answer.writer == Writer.EXTRACTIVE:
        notice = NOTICE
    else:
        notice = notes.get(SUMMARY, "")
    return f"{absence or ''} {notice}".strip() or None

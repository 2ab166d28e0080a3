"""Decides on fields. One transaction locks the task, reads the field again, stores the revision, and audits it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.errors import PreconditionFailedError
from app.core.principal import Permission, Principal
from app.db.constraints import translated_violations
from app.db.keyed import planned_once
from app.db.session import Database
from app.review.deciding.errors import DecisionError, FieldNotFoundError, NothingToUndoError, OwnWorkError
from app.review.deciding.rules import (
    Action,
    Answer,
    AnswerKind,
    Decision,
    FieldState,
    Outcome,
    Person,
    Reading,
    Sampled,
    Status,
    decide,
    settle,
    undoer_of,
)
from app.review.evidence import Evidence, decode_evidence, encode_evidence
from app.review.fields.repository import FieldRepository, readings_of
from app.review.fields.service import FieldViews, read_field
from app.review.fields.views import FieldView, RevisionView, answer_of
from app.review.learnt.repository import LearntRepository
from app.review.models import FieldRow, ReviewPolicy, ReviewTask
from app.review.policies.rules import applying, policy_of, sample_rate
from app.review.revisions.repository import RevisionRepository, revision_row
from app.review.schemas.definition import FieldPolicy, FieldSpec, strictest
from app.review.tasks.errors import TaskNotOpenError
from app.review.tasks.repository import DONE, OPEN, TaskRepository
from app.review.tasks.service import check_claim, lock_task, person_of
from app.review.value_codec import decode_value, encode_value
from app.review.value_texts import parse_value
from app.review.values import FieldKind

REFUSED = {"_two_people": OwnWorkError, "_undo": NothingToUndoError}
"""The database's own rules, which apply whatever the code says."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What a user sends. Of `value` (encoded) and `text` (as typed), one is set for `correct`."""

    action: Action
    value: object = None
    text: str | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    note: str = ""
    claim_token: int | None = None


class DecisionService:
    """Makes decisions under the principal's rights."""

    def __init__(self, *, database: Database, draw: Callable[[], float]) -> None:
        """`draw` returns a random number from 0 to 1, which decides whether a value has to be checked."""
        self._database = database
        self._draw = draw

    def decide(self, principal: Principal, field_id: UUID, decision: NewDecision, *, revision: int | None) -> FieldView:
        """Decide on a field, and return it. `revision` is that which the user saw (None skips the check).

        Raises PermissionRequiredError, FieldNotFoundError, NotEditableError, TaskClaimedError, ClaimLostError,
        TaskNotOpenError, PreconditionFailedError, FieldValueError, and the errors of
        `app.review.deciding.rules.decide`.
        """
        principal.require(Permission.REVIEW_WRITE)
        with (
            translated_violations(REFUSED),
            self._database.transaction(principal) as session,
            planned_once(session),
        ):
            task = _lock_task_of(session, field_id, principal, token=decision.claim_token)
            if task.state not in (OPEN, DONE):
                raise TaskNotOpenError
            view, _ = read_field(session, principal, field_id, task)
            if revision is not None and view.revision != revision:
                raise PreconditionFailedError
            given = _given(session, task, view, decision)
            made = self._make(session, principal, task, view, given)
            add_outcomes(session, principal, [(view.row, made)], note=decision.note)
            settle_readings(session, principal, [(view.row, made)])
            return FieldViews(session, principal.user_id).read_again(view)

    def _make(
        self, session: Session, principal: Principal, task: ReviewTask, view: FieldView, decision: Decision
    ) -> Outcome:
        rules = RevisionRepository(session).list_policies()

        def is_unchecked() -> bool:
            return bool(FieldRepository(session).find_unchecked([view.row]))

        return make_outcome(task, view, decision, person_of(principal), rules, self._draw, is_unchecked=is_unchecked)


def _lock_task_of(session: Session, field_id: UUID, principal: Principal, *, token: int | None) -> ReviewTask:
    """Lock the task of a field for a decision, which extends the principal's claim. Raises FieldNotFoundError, and what
    `lock_task` raises.
    """
    locked = TaskRepository(session).hold_of_field(field_id, principal.user_id)
    if locked is None:
        row = FieldRepository(session).find_field(field_id)
        if row is None:
            raise FieldNotFoundError
        return lock_task(session, row.task_id, principal, token=token)
    return check_claim(locked, principal, token=token)


def make_outcome(
    task: ReviewTask,
    view: FieldView,
    decision: Decision,
    person: Person,
    rules: Sequence[ReviewPolicy],
    draw: Callable[[], float],
    *,
    is_unchecked: Callable[[], bool] = lambda: False,
    least: FieldPolicy = FieldPolicy.ONE,
    rate: float | None = None,
) -> Outcome:
    """Return what a decision does to a field, by the strictest policy that applies, and at least by `least`. `rate` is
    the share of values to check, by default that of the rules, which it may only raise. A field of which a drawn
    value was not checked (`is_unchecked`) has to be checked in any case. Raises what `decide` raises.
    """
    state = state_of(view)
    given = decision.answer if decision.action is Action.CORRECT else None
    found = applying(rules, view.row, task.schema_id, state.answer, given)
    policy = policy_of(view.row, found)
    state = replace(state, policy=strictest([least, policy]))
    share = sample_rate(found)
    if rate is not None:
        share = rate if policy is FieldPolicy.ONE else max(rate, share)
    return decide(state, decision, person, draw_sample=lambda: is_unchecked() or draw() < share)


def state_of(view: FieldView) -> FieldState:
    """Return the state of a field as its viewer may see it. Raises FieldValueError."""
    row, current = view.row, view.current
    seen = [view.my_reading] if view.my_reading is not None else list(view.readings)
    readings = tuple(
        Reading(each.made_by, answer) for each in seen for answer in [answer_of(each)] if answer is not None
    )
    return FieldState(
        status=Status(row.status),
        policy=FieldPolicy(row.policy),
        round=row.round,
        answer=None if current is None else answer_of(current),
        author=row.author,
        sampled=None if row.sampled is None else Sampled(row.sampled),
        differs=row.differs,
        undoer=None if current is None else _undoer(current),
        action=Action.PROPOSE if current is None else Action(current.action),
        readings=readings,
    )


def _undoer(current: RevisionView) -> UUID | None:
    return undoer_of(
        Action(current.action),
        Status(current.status),
        FieldPolicy(current.policy),
        made_by=current.made_by,
        author=current.author,
        released_by=current.released_by,
    )


def add_outcomes(
    session: Session,
    principal: Principal,
    outcomes: Sequence[tuple[FieldRow, Outcome]],
    *,
    note: str = "",
    bulk_id: UUID | None = None,
) -> None:
    """Store the outcomes of decisions, and record each. What a blind reading says is not recorded: auditors may be
    readers, too.
    """
    taught = {
        field.document_id
        for field, outcome in outcomes
        if field.kind == FieldKind.QUANTITY and not outcome.sealed and not _only_confirms(field, outcome)
    }
    rows = [
        revision_row(outcome, field, made_by=principal.user_id, note=note, bulk_id=bulk_id)
        for field, outcome in outcomes
    ]
    RevisionRepository(session).add(rows)
    for document_id in taught:
        LearntRepository(session).call_readings(document_id)
    for field, outcome in outcomes:
        detail: dict[str, object] = {"task_id": str(field.task_id)}
        if not outcome.sealed:
            detail |= {"action": outcome.action.value, "policy": outcome.policy.value}
        if bulk_id is not None:
            detail["bulk_id"] = str(bulk_id)
        what = "review.field.read" if outcome.sealed else "review.field.decided"
        record(session, principal, what, object_type="field", object_id=field.id, detail=detail)


def _only_confirms(field: FieldRow, outcome: Outcome) -> bool:
    """Return whether a decision says what the machine read: it teaches nothing."""
    return outcome.action is Action.APPROVE and field.status == Status.PROPOSED and field.in_force is None


def settle_readings(
    session: Session,
    principal: Principal,
    outcomes: Sequence[tuple[FieldRow, Outcome]],
    *,
    bulk_id: UUID | None = None,
) -> None:
    """End the rounds of stored blind readings whose fields another person has read, too. The other reading is visible
    since mine is stored.
    """
    sealed = {row.id: (row, made) for row, made in outcomes if made.sealed and made.action is not Action.UNDO}
    if not sealed:
        return
    others: dict[UUID, list[Reading]] = {}
    stored = FieldRepository(session).find_sealed([row for row, _ in sealed.values()])
    for row, _ in sealed.values():
        for each in readings_of(row, stored.get(row.id, ())):
            answer = answer_of(each)
            if each.made_by != principal.user_id and answer is not None:
                others.setdefault(row.id, []).append(Reading(each.made_by, answer))
    settled = []
    for field_id, readings in others.items():
        row, made = sealed[field_id]
        assert made.answer is not None, "a reading has an answer"
        state = FieldState(made.status, made.policy, made.round)
        settled.append((row, settle(state, Reading(principal.user_id, made.answer), readings)))
    if settled:
        add_outcomes(session, principal, settled, bulk_id=bulk_id)


def _given(session: Session, task: ReviewTask, view: FieldView, decision: NewDecision) -> Decision:
    """Return the decision with its value parsed and its quotes checked. Raises FieldValueError, DecisionError."""
    kind = FieldKind(view.row.kind)
    evidence = _evidence(session, task, decision.evidence)
    encoded = tuple(encode_evidence(each) for each in evidence)
    if decision.action is not Action.CORRECT:
        if decision.value is not None or decision.text is not None:
            raise DecisionError("Only `correct` takes a value.")
        answer = Answer(AnswerKind.FOUND, evidence=encoded) if encoded else None
        return Decision(decision.action, answer, decision.note)
    if (decision.value is None) == (decision.text is None):
        raise DecisionError("Send either `value` or `text`: the value that is right.")
    value = decode_value(kind, decision.value) if decision.text is None else _parse(kind, decision.text, view.spec)
    return Decision(decision.action, Answer(AnswerKind.FOUND, value, encode_value(value), encoded), decision.note)


def _parse(kind: FieldKind, text: str, spec: FieldSpec | None) -> Any:
    unit = None if spec is None else spec.unit
    items = FieldKind.TEXT if spec is None or spec.items is None else spec.items
    return parse_value(kind, text, unit=unit, items=items)


def _evidence(session: Session, task: ReviewTask, raw: Sequence[Mapping[str, Any]]) -> list[Evidence]:
    """Return evidence whose quotes are on their pages. Raises FieldValueError, DecisionError."""
    evidence = [decode_evidence(each) for each in raw]
    if not evidence:
        return []
    texts = RevisionRepository(session).find_page_texts(task.version_id, [each.page for each in evidence])
    if not all(each.is_in(texts.get(each.page, "")) for each in evidence):
        raise DecisionError("A quote is not on its page: send the page's text from `start` to `end`.")
    return evidence

"""What a decision does to a field, by the field's policy. Pure; the database rejects what breaks the rule of two
persons once more (migrations/sql/0022_review_rules.sql).

    one      an editor's answer stands at once
    sample   the same, but another person has to check some of the fields
    two      an editor's answer is entered; it stands when an approver who is not its author agrees
    blind    two editors answer without seeing each other's answer; equal answers stand, different ones are a conflict,
             in which an approver who is neither of them chooses. If the approver gives a third answer, it is entered,
             and stands when another approver agrees.

An answer is a value, "the document does not have it", or "the value is wrong" (rejected, without another one). A value
that stood before stays in force until another answer stands, the field is sent back, or its rejection stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.principal import Permission, PermissionRequiredError
from app.review.deciding.errors import (
    AlreadyDecidedError,
    DecisionError,
    NothingToApproveError,
    NothingToSendBackError,
    NothingToUndoError,
    OwnWorkError,
)
from app.review.schemas.definition import FieldPolicy
from app.review.values import Value, same_value


class Status(StrEnum):
    PROPOSED = "proposed"
    ENTERED = "entered"
    APPROVED = "approved"
    ABSENT = "absent"
    REJECTED = "rejected"
    UNCLEAR = "unclear"
    SENT_BACK = "sent-back"
    CONFLICT = "conflict"


FINAL = frozenset({Status.APPROVED, Status.ABSENT, Status.REJECTED})
"""The statuses of fields that nobody has to decide."""


class Action(StrEnum):
    """What a person does. The last three are the system's: a proposal, and the end of a round of blind readings."""

    APPROVE = "approve"
    CORRECT = "correct"
    REJECT = "reject"
    ABSENT = "absent"
    UNCLEAR = "unclear"
    SEND_BACK = "send-back"
    UNDO = "undo"
    PROPOSE = "propose"
    AGREE = "agree"
    DIFFER = "differ"


class AnswerKind(StrEnum):
    FOUND = "found"
    ABSENT = "absent"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


class Sampled(StrEnum):
    DUE = "due"
    PASSED = "passed"
    FAILED = "failed"


_STATUS_OF = {
    AnswerKind.FOUND: Status.APPROVED,
    AnswerKind.ABSENT: Status.ABSENT,
    AnswerKind.REJECTED: Status.REJECTED,
    AnswerKind.UNCLEAR: Status.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person or the machine says. `raw` is the value as it is stored; `evidence` is encoded, too."""

    kind: AnswerKind
    value: Value | None = None
    raw: Mapping[str, Any] | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()

    def agrees_with(self, other: "Answer | None") -> bool:
        return other is not None and self.kind is other.kind and same_value(self.value, other.value)


@dataclass(frozen=True, slots=True)
class Reading:
    """A blind reading of a person."""

    person: UUID
    answer: Answer


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides. `approves`: has the permission to let values of others stand."""

    id: UUID
    approves: bool = False


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field as the person may see it.

    `round` is that of the next blind readings. `action` is that of the revision with this state, and `undoer` may undo
    it without being an approver. `readings` are the person's own pending reading, or in a conflict the readings that
    differ.
    """

    status: Status
    policy: FieldPolicy
    round: int = 1
    answer: Answer | None = None
    author: UUID | None = None
    sampled: Sampled | None = None
    differs: bool = False
    undoer: UUID | None = None
    action: Action = Action.PROPOSE
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides. `answer` is set for `correct` only; it may bring evidence for the others."""

    action: Action
    answer: Answer | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The revision to store. A sealed one changes nothing that others see. The database completes an undo."""

    action: Action
    status: Status
    policy: FieldPolicy
    round: int
    answer: Answer | None = None
    author: UUID | None = None
    released_by: UUID | None = None
    sampled: Sampled | None = None
    sealed: bool = False


def decide(  # noqa: PLR0911 - a return for each case
    state: FieldState, decision: Decision, person: Person, *, draw_sample: Callable[[], bool]
) -> Outcome:
    """Return what the decision does. `draw_sample` decides whether the value has to be checked (policy sample).

    Raises PermissionRequiredError, OwnWorkError, NothingToApproveError, AlreadyDecidedError, NothingToUndoError,
    NothingToSendBackError, DecisionError.
    """
    if decision.action is Action.UNDO:
        return _undo(state, person)
    if decision.action is Action.SEND_BACK:
        return _send_back(state, decision, person)
    answer = _answer_of(state, decision)
    if state.status is Status.CONFLICT:
        return _adjudicate(state, decision, answer, person)
    is_repeated = state.status in FINAL and answer.agrees_with(state.answer)
    if is_repeated and not state.differs and state.sampled is not Sampled.DUE:
        raise AlreadyDecidedError
    if state.policy is FieldPolicy.BLIND and state.status is not Status.ENTERED:
        return Outcome(decision.action, state.status, state.policy, state.round, answer, author=person.id, sealed=True)
    if answer.kind is AnswerKind.UNCLEAR:
        return _made(state, decision, Status.UNCLEAR, answer, author=person.id)
    if state.policy in (FieldPolicy.TWO, FieldPolicy.BLIND):
        return _enter(state, decision, answer, person)
    return _release_alone(state, decision, answer, person, draw_sample)


def settle(state: FieldState, mine: Reading, others: Sequence[Reading]) -> Outcome:
    """Return the end of a round of blind readings: `mine` was the last. `others` has at least one reading."""
    equal = next((other for other in others if mine.answer.agrees_with(other.answer)), None)
    if equal is None or equal.answer.kind is AnswerKind.UNCLEAR:
        status = Status.CONFLICT if equal is None else Status.UNCLEAR
        return Outcome(Action.DIFFER, status, state.policy, state.round)
    return Outcome(
        Action.AGREE,
        _STATUS_OF[equal.answer.kind],
        state.policy,
        state.round,
        equal.answer,
        author=equal.person,
        released_by=mine.person,
    )


def _answer_of(state: FieldState, decision: Decision) -> Answer:
    given = decision.answer
    evidence = () if given is None else given.evidence
    match decision.action:
        case Action.CORRECT:
            if given is None or given.kind is not AnswerKind.FOUND or given.value is None:
                raise DecisionError("Send the `value` that is right.")
            return given
        case Action.APPROVE:
            if state.answer is None or state.answer.kind is AnswerKind.UNCLEAR or state.status is Status.CONFLICT:
                raise NothingToApproveError
            return replace(state.answer, evidence=evidence or state.answer.evidence)
        case Action.ABSENT:
            return Answer(AnswerKind.ABSENT, evidence=evidence)
        case Action.REJECT:
            return Answer(AnswerKind.REJECTED, evidence=evidence)
        case Action.UNCLEAR:
            return Answer(AnswerKind.UNCLEAR, evidence=evidence)
    raise DecisionError(f"A person can't decide {decision.action!r}.")


def _made(
    state: FieldState,
    decision: Decision,
    status: Status,
    answer: Answer | None,
    *,
    author: UUID | None,
    released_by: UUID | None = None,
    sampled: Sampled | None = None,
) -> Outcome:
    return Outcome(decision.action, status, state.policy, state.round, answer, author, released_by, sampled)


def _enter(state: FieldState, decision: Decision, answer: Answer, person: Person) -> Outcome:
    """Enter an answer, or let one stand that another person entered."""
    if state.status is not Status.ENTERED or not answer.agrees_with(state.answer):
        return _made(state, decision, Status.ENTERED, answer, author=person.id)
    if person.id == state.author:
        raise OwnWorkError
    if not person.approves:
        raise PermissionRequiredError(Permission.REVIEW_APPROVE)
    return _made(state, decision, _STATUS_OF[answer.kind], state.answer, author=state.author, released_by=person.id)


def _release_alone(
    state: FieldState, decision: Decision, answer: Answer, person: Person, draw_sample: Callable[[], bool]
) -> Outcome:
    status = _STATUS_OF[answer.kind]
    if state.sampled is Sampled.DUE and answer.agrees_with(state.answer):
        if person.id == state.author:
            raise OwnWorkError
        return _made(
            state, decision, status, state.answer, author=state.author, released_by=person.id, sampled=Sampled.PASSED
        )
    sampled = None
    if state.sampled is Sampled.DUE and person.id != state.author:
        sampled = Sampled.FAILED
    elif state.policy is FieldPolicy.SAMPLE and (state.sampled is Sampled.DUE or draw_sample()):
        sampled = Sampled.DUE
    return _made(state, decision, status, answer, author=person.id, released_by=person.id, sampled=sampled)


def _adjudicate(state: FieldState, decision: Decision, answer: Answer, person: Person) -> Outcome:
    if any(reading.person == person.id for reading in state.readings):
        raise OwnWorkError("You are one of the two readers: another person has to decide between them.")
    if not person.approves:
        raise PermissionRequiredError(Permission.REVIEW_APPROVE)
    if answer.kind is AnswerKind.UNCLEAR:
        return _made(state, decision, Status.UNCLEAR, answer, author=person.id)
    chosen = next((reading for reading in state.readings if answer.agrees_with(reading.answer)), None)
    if chosen is None:
        return _made(state, decision, Status.ENTERED, answer, author=person.id)
    status = _STATUS_OF[answer.kind]
    return _made(state, decision, status, chosen.answer, author=chosen.person, released_by=person.id)


def _send_back(state: FieldState, decision: Decision, person: Person) -> Outcome:
    if not decision.note.strip():
        raise DecisionError("Write a `note`: the person who reads the field again needs to know why.")
    if state.status not in FINAL | {Status.ENTERED, Status.CONFLICT}:
        raise NothingToSendBackError
    needs_approver = state.policy in (FieldPolicy.TWO, FieldPolicy.BLIND)
    if needs_approver and not person.approves:
        raise PermissionRequiredError(Permission.REVIEW_APPROVE)
    return replace(_made(state, decision, Status.SENT_BACK, state.answer, author=state.author), round=state.round + 1)


def undoer_of(
    action: Action,
    status: Status,
    policy: FieldPolicy,
    *,
    made_by: UUID,
    author: UUID | None,
    released_by: UUID | None,
) -> UUID | None:
    """Return who may undo a revision without being an approver: the person who made it. Nobody may, if two readers
    ended a round. Who undid a decision did not make the one before: it is that of the author, or of the person who
    alone let it stand.
    """
    if action in (Action.AGREE, Action.DIFFER):
        return None
    if action is not Action.UNDO:
        return made_by
    if status in (Status.ENTERED, Status.UNCLEAR):
        return author
    return released_by if status in FINAL and policy in (FieldPolicy.ONE, FieldPolicy.SAMPLE) else None


def _undo(state: FieldState, person: Person) -> Outcome:
    if state.status is not Status.CONFLICT and any(reading.person == person.id for reading in state.readings):
        return Outcome(Action.UNDO, state.status, state.policy, state.round, author=person.id, sealed=True)
    if state.action is Action.PROPOSE or state.status is Status.PROPOSED:
        raise NothingToUndoError
    if state.status is Status.CONFLICT and any(reading.person == person.id for reading in state.readings):
        raise OwnWorkError("You are one of the two readers: another person has to decide between them.")
    if state.undoer != person.id and not person.approves:
        raise PermissionRequiredError(Permission.REVIEW_APPROVE)
    return Outcome(Action.UNDO, state.status, state.policy, state.round)

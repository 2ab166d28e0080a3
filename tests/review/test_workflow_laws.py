"""Laws of the workflow, for random decisions: two persons stand behind each value that a policy requires two for, the
state of any past moment is read again exactly, and nothing is overwritten.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import FootnoteError
from app.review.deciding.rules import (
    FINAL,
    Action,
    Answer,
    AnswerKind,
    Decision,
    FieldState,
    Outcome,
    Person,
    Reading,
    Status,
    decide,
    settle,
)
from app.review.schemas.definition import FieldPolicy
from app.review.values import TextValue

PEOPLE = [Person(UUID(int=number), approves=number > 2) for number in range(1, 5)]
WORDS = ("Ohio", "Utah")
GIVEN = [Action.APPROVE, Action.CORRECT, Action.ABSENT, Action.REJECT, Action.UNCLEAR, Action.SEND_BACK]
DECISIONS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(GIVEN), st.sampled_from(WORDS))


def answer(words):
    return Answer(AnswerKind.FOUND, TextValue(words), {"kind": "text", "text": words})


class Field:
    """A field as the database would keep it: its state, its history, and the sealed readings."""

    def __init__(self, policy):
        self.state = FieldState(Status.PROPOSED, policy, answer=answer("Ohio"))
        self.history: list[tuple[UUID, Outcome]] = []
        self.sealed: dict[UUID, Answer] = {}
        self.settled: tuple[Reading, ...] = ()

    def seen_by(self, person):
        if self.state.status is Status.CONFLICT:
            return replace(self.state, readings=self.settled)
        own = self.sealed.get(person.id)
        return replace(self.state, readings=() if own is None else (Reading(person.id, own),))

    def decide(self, person, action, words):
        given = Decision(action, answer(words) if action is Action.CORRECT else None, note="Why")
        made = decide(self.seen_by(person), given, person, draw_sample=lambda: True)
        self.history.append((person.id, made))
        if not made.sealed:
            return self.apply(person.id, made)
        self.sealed[person.id] = made.answer
        others = [Reading(each, said) for each, said in self.sealed.items() if each != person.id]
        if others:
            ended = settle(self.state, Reading(person.id, made.answer), others)
            self.settled = (*others, Reading(person.id, made.answer))
            self.sealed = {}
            self.history.append((person.id, ended))
            self.apply(person.id, replace(ended, round=ended.round + 1))

    def apply(self, person, made):
        if made.round > self.state.round and not made.sealed:
            self.sealed = {}
        self.state = replace(
            self.state, status=made.status, round=made.round, answer=made.answer, author=made.author,
            sampled=made.sampled, undoer=person, action=made.action,
        )  # fmt: skip


@pytest.mark.parametrize("policy", [FieldPolicy.TWO, FieldPolicy.BLIND])
@given(decisions=st.lists(DECISIONS, max_size=14))
def test_no_answer_stands_that_one_person_gave_alone(policy, decisions):
    field = Field(policy)
    for person, action, words in decisions:
        before = len(field.history)
        try:
            field.decide(person, action, words)
        except FootnoteError:
            assert len(field.history) == before, "a rejected decision stores nothing"
            continue
        for actor, made in field.history[before:]:
            if made.status in FINAL and not made.sealed:
                assert made.author is not None
                assert made.released_by == actor != made.author
                said = [
                    each.answer for who, each in field.history
                    if who == made.author and each.action in GIVEN and each.answer is not None
                ]  # fmt: skip
                assert any(made.answer.agrees_with(each) for each in said), "the author gave this answer"
                approves = {each.id for each in PEOPLE if each.approves}
                assert made.action is Action.AGREE or actor in approves


@given(decisions=st.lists(DECISIONS, max_size=14))
def test_blind_reader_is_told_the_same_whatever_the_first_reader_says(decisions):
    """The second reader's view and results depend on nothing that a pending reading says."""
    first, second, *_ = PEOPLE
    for words in WORDS:
        field = Field(FieldPolicy.BLIND)
        untouched = field.seen_by(second)
        field.decide(first, Action.CORRECT, words)
        assert field.seen_by(second) == untouched
    for person, action, words in decisions:
        field = Field(FieldPolicy.BLIND)
        try:
            field.decide(person, action, words)
        except FootnoteError:
            continue
        others = [each for each in PEOPLE if each.id != person.id]
        assert all(field.seen_by(each) == Field(FieldPolicy.BLIND).seen_by(each) for each in others)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben", "cleo", "dan"]),
        st.sampled_from(["signed", "fee", "law"]),
        st.sampled_from([*GIVEN, Action.UNDO]),
        st.sampled_from(["1 May 2026", "2 May 2026"]),
    ),
    min_size=5,
    max_size=7,
)
VALUES = {"signed": str, "law": str, "fee": lambda words: words[0] + " million"}


def shown(fields):
    return {
        each.row.key: (each.current.status, each.current.printed, each.current.author, each.current.released_by,
                       None if each.in_force is None else (each.in_force.printed, each.in_force.released_by))
        for each in fields
    }  # fmt: skip


@settings(max_examples=3)
@given(steps=STEPS)
def test_past_moments_are_replayed_and_nothing_is_overwritten(module_desk, steps):
    desk = module_desk
    task = desk.task()
    ids = {each.row.key: each.row.id for each in desk.fields.list_fields(desk.ana, task)}
    moments, histories = [], []
    for who, key, action, words in steps:
        more = {"text": VALUES[key](words)} if action is Action.CORRECT else {}
        try:
            desk.decide(getattr(desk, who), task, key, action, note="Why", **more)
        except FootnoteError:
            continue
        ((now,),) = desk.sql("SELECT clock_timestamp()")
        moments.append((now, shown(desk.fields.list_fields(desk.reader, task))))
        histories.append({key: desk.fields.list_revisions(desk.reader, each).items for key, each in ids.items()})
    for moment, then in moments:
        assert shown(desk.fields.list_fields(desk.reader, task, as_of=moment)) == then
    for earlier in histories:
        for key, rows in earlier.items():
            later = {each.number: each for each in histories[-1][key]}
            assert all(later[each.number] == each for each in rows)

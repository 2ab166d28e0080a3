"""Readings with a grade, and the probability that a reading of a grade is right.

A rule says how it read a value (its grade: "defined in the opening", "date beside a signature") and, where it weighs
words, a score. `confidences.json` has the share of right readings per rule and grade, or the logistic curve over the
scores. `make learn-extraction` learns them (`evals.learning.extraction`), and reports them with contracts left out.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from app.review.evidence import Evidence
from app.review.proposals import Alternative, FieldCheck, Proposal, ProposalState, ReadingMethod, Search
from app.review.schemas.definition import FieldSpec
from app.review.values import Value, YesNoValue
from workers.extraction.fields.reader import ReadDocument, rule

UNKNOWN: Final = 0.5
"""The probability of a grade that was never measured."""

DOUBT: Final = 0.03
"""The least probability that a reading is wrong. Of readings with a learnt probability above .95 (mean .985), .941 were
right with documents left out (862 readings of 30 contracts): experts differ, and words mislead.
"""

_UNLEARNT_CURVE: Final = (-3.0, 1.0)


@dataclass(frozen=True, slots=True)
class Graded:
    """What a rule reads. `terms` are what it looked for. Without a value, the document does not have the field
    (`is_absent`), or the rule cannot say.

    With a `score`, the value is a yes, and the learnt curve decides between it and a no. The first of the quotes is
    then that of the words that say most.
    """

    value: Value | None
    evidence: tuple[Evidence, ...]
    grade: str
    terms: tuple[str, ...]
    score: float | None = None
    is_absent: bool = False
    alternatives: tuple[Alternative, ...] = ()
    checks: tuple[FieldCheck, ...] = ()


GradedRule = Callable[[ReadDocument, FieldSpec], Graded]

GRADED_RULES: Final[dict[str, GradedRule]] = {}
"""The rules that grade what they read, by name. Learning calls them, because grades are not in proposals."""

_LEARNT_AS: Final[dict[str, Callable[[FieldSpec], str]]] = {}


def graded_rule(
    name: str, *, version: int, learnt_as: Callable[[FieldSpec], str] | None = None
) -> Callable[[GradedRule], GradedRule]:
    """Register a function as the rule `name`. Its confidences are learnt for all its fields, or by `learnt_as`."""

    def register(read: GradedRule) -> GradedRule:
        GRADED_RULES[name] = read
        if learnt_as is not None:
            _LEARNT_AS[name] = learnt_as

        @rule(name, version=version)
        def propose(document: ReadDocument, spec: FieldSpec) -> Proposal:
            graded = read(document, spec)
            return to_proposal(spec, graded, document.search(graded.terms), confidences_of(name, spec))

        return read

    return register


@dataclass(frozen=True, slots=True)
class Confidences:
    """What is learnt about a rule: the probability that a reading of each grade is right (`other` for grades that were
    never seen), or intercept and slope of the logistic curve of the probability that a clause is there, over its score.
    """

    grades: Mapping[str, float] = field(default_factory=dict)
    other: float = UNKNOWN
    curve: tuple[float, float] | None = None

    def of(self, grade: str, score: float | None = None) -> float:
        """Return the probability that a reading is right; for one with a score, that the clause is there."""
        if score is None:
            probability = self.grades.get(grade, self.other)
        else:
            intercept, slope = self.curve or _UNLEARNT_CURVE
            probability = 1 / (1 + math.exp(-max(min(intercept + slope * score, 30.0), -30.0)))
        return DOUBT + (1 - 2 * DOUBT) * probability


def learnt_name(rule_name: str, spec: FieldSpec) -> str:
    """Return the name that the confidences of a field are learnt by."""
    named = _LEARNT_AS.get(rule_name)
    return rule_name if named is None else named(spec)


def confidences_of(rule_name: str, spec: FieldSpec) -> Confidences:
    """Return the learnt confidences of a field; without any, `UNKNOWN` for all."""
    return learnt_confidences().get(learnt_name(rule_name, spec), Confidences())


def to_proposal(spec: FieldSpec, graded: Graded, search: Search, confidences: Confidences) -> Proposal:
    """Return the proposal of a reading, with its confidence and the proof of its search."""
    value, evidence, checks = graded.value, graded.evidence, graded.checks
    confidence = confidences.of(graded.grade, graded.score)
    is_absent = graded.is_absent
    if graded.score is not None and confidence < 0.5:
        value, evidence, confidence, is_absent = YesNoValue(yes=False), evidence[:1], 1 - confidence, True
    state = ProposalState.ABSENT if is_absent else ProposalState.FOUND if value is not None else ProposalState.UNREAD
    if state is ProposalState.ABSENT and search.unreadable:
        # A page that nobody could read may have it.
        state = ProposalState.UNREAD
        checks = (*checks, FieldCheck("pages-read", passed=False, sentence="Some pages have no text to search."))
    return Proposal(
        key=spec.key,
        state=state,
        value=None if state is ProposalState.UNREAD else value,
        evidence=evidence,
        method=ReadingMethod.RULE,
        confidence=0.0 if state is ProposalState.UNREAD else confidence,
        alternatives=graded.alternatives,
        search=search,
        checks=checks,
    )


@cache
def learnt_confidences() -> Mapping[str, Confidences]:
    """Return what `confidences.json` has, by the name that it is learnt by."""
    text = (files("workers.extraction.fields") / "confidences.json").read_text(encoding="utf-8")
    return decode_confidences(json.loads(text))


def decode_confidences(raw: Mapping[str, Any]) -> Mapping[str, Confidences]:
    return {
        name: Confidences(
            each.get("grades", {}), each.get("other", UNKNOWN), tuple(each["curve"]) if "curve" in each else None
        )
        for name, each in raw.items()
    }

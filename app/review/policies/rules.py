"""Which policy applies to a field: the strictest of its schema's, of those it had before, and of the tenant's rules."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.review.deciding.rules import Answer
from app.review.models import FieldRow, ReviewPolicy
from app.review.schemas.definition import FieldPolicy, strictest
from app.review.values import QuantityValue

SAMPLE_RATE: Final = 0.1
"""The share of values that another person checks under the policy sample, if no rule sets another share."""


def applying(
    rules: Sequence[ReviewPolicy], field: FieldRow, schema_id: UUID, known: Answer | None, given: Answer | None
) -> list[ReviewPolicy]:
    """Return the tenant's rules that apply to a field whose newest answer is `known`, and is now `given`.

    Blind readings by amount depend on the known answer only: if they depended on the given one, the policy of the field
    would tell the second reader about the first answer.
    """
    return [
        rule
        for rule in rules
        if rule.schema_id in (None, schema_id)
        and rule.field_key in (None, field.key)
        and (rule.confidence is None or field.confidence < rule.confidence)
        and (rule.amount is None or any(_is_as_large(rule, each) for each in _answers(rule, known, given)))
    ]


def policy_of(field: FieldRow, rules: Sequence[ReviewPolicy]) -> FieldPolicy:
    """Return the strictest policy of a field and the rules that apply to it."""
    return strictest([FieldPolicy(field.policy), *(FieldPolicy(rule.policy) for rule in rules)])


def sample_rate(rules: Sequence[ReviewPolicy]) -> float:
    """Return the largest share of the rules that apply."""
    return max((rule.sample_rate for rule in rules if rule.sample_rate is not None), default=SAMPLE_RATE)


def _answers(rule: ReviewPolicy, known: Answer | None, given: Answer | None) -> tuple[Answer | None, ...]:
    return (known,) if rule.policy == FieldPolicy.BLIND else (known, given)


def _is_as_large(rule: ReviewPolicy, answer: Answer | None) -> bool:
    value = None if answer is None else answer.value
    assert rule.amount is not None, "the caller checks it"
    return isinstance(value, QuantityValue) and _may_be(value.unit, rule.unit) and abs(value.number) >= rule.amount


def _may_be(unit: str | None, of_rule: str | None) -> bool:
    """Return whether an amount may be in the rule's unit. One that does not say its unit does not evade the rule."""
    if unit is None or of_rule is None:
        return True
    return unit.casefold() == of_rule.casefold() or (unit == "$" and of_rule.casefold().endswith("d"))

"""Which policy applies to a field: the strictest of its schema's, of those it had before, and of the tenant's rules."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.review.deciding.rules import Answer, strictest
from app.review.models import FieldRow, ReviewPolicy
from app.review.schemas.definition import FieldPolicy
from app.review.values import QuantityValue

SAMPLE_RATE: Final = 0.1
"""The share of values that another person checks under the policy sample, if no rule sets another share."""


def applying(
    rules: Sequence[ReviewPolicy], field: FieldRow, schema_id: UUID, answer: Answer | None
) -> list[ReviewPolicy]:
    """Return the tenant's rules that apply to an answer for a field."""
    return [
        rule
        for rule in rules
        if rule.schema_id in (None, schema_id)
        and rule.field_key in (None, field.key)
        and (rule.confidence is None or field.confidence < rule.confidence)
        and (rule.amount is None or _is_as_large(rule, answer))
    ]


def policy_of(field: FieldRow, rules: Sequence[ReviewPolicy]) -> FieldPolicy:
    """Return the strictest policy of a field and the rules that apply to it."""
    return strictest([FieldPolicy(field.policy), *(FieldPolicy(rule.policy) for rule in rules)])


def sample_rate(rules: Sequence[ReviewPolicy]) -> float:
    """Return the largest share of the rules that apply."""
    return max((rule.sample_rate for rule in rules if rule.sample_rate is not None), default=SAMPLE_RATE)


def _is_as_large(rule: ReviewPolicy, answer: Answer | None) -> bool:
    value = None if answer is None else answer.value
    assert rule.amount is not None, "the caller checks it"
    return isinstance(value, QuantityValue) and rule.unit in (None, value.unit) and abs(value.number) >= rule.amount

"""Rules of who must agree, as sentences."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.review.models import ReviewPolicy
from app.review.policies.rules import SAMPLE_RATE
from app.review.schemas.definition import FieldPolicy

WHO: Final = {
    FieldPolicy.ONE: "one editor decides",
    FieldPolicy.SAMPLE: "one editor decides, and another person checks {share} % of the values",
    FieldPolicy.TWO: "an editor enters a value, and an approver agrees",
    FieldPolicy.BLIND: "two people read the field, unseen by each other; an approver decides if they differ",
}
"""What each policy asks for."""


def describe_rule(rule: ReviewPolicy, titles: Mapping[UUID, str]) -> str:
    """Return a rule as a sentence. `titles` are those of schemas."""
    share = f"{Decimal(str(SAMPLE_RATE if rule.sample_rate is None else rule.sample_rate)) * 100:f}"
    share = share.rstrip("0").rstrip(".") if "." in share else share
    who = WHO[FieldPolicy(rule.policy)].format(share=share)
    return f"{describe_scope(rule, titles)}: {who}."


def describe_scope(rule: ReviewPolicy, titles: Mapping[UUID, str]) -> str:
    """Return which values a rule is for."""
    what = "All values" if rule.field_key is None else f"Values of the field {rule.field_key}"
    where = "" if rule.schema_id is None else f" of the schema {titles.get(rule.schema_id, rule.schema_id)}"
    amount = "" if rule.amount is None else f" of {_amount(rule.amount)}{f' {rule.unit}' if rule.unit else ''} or more"
    sure = "" if rule.confidence is None else f" that the machine is less than {rule.confidence:.0%} sure of"
    return f"{what}{where}{amount}{sure}"


def _amount(amount: Decimal) -> str:
    return f"{amount:,f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:,f}"

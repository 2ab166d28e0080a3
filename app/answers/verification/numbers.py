"""Whether a cited span says the same numbers as a claim.

Two mentions agree when unit, currency and amount agree. The amount is exact: a `Decimal` and a power of ten that the
text itself states, next to the number ("$1.2 billion") or over a table ("in millions"). Nothing is rounded or inferred.
"""

import re
from collections.abc import Iterable, Sequence

from app.quantities.mentions import NumberMention, find_numbers

# A loss is not an income: an amount in parentheses may be told without them only by a sentence that says which way it
# goes.
_DEDUCTION = re.compile(
    r"\b(?:loss|cost|expens|charg|decreas|declin|reduc|lower|fell|drop|down|paid|pay|repa|purchas|us(?:e|ed)\b|outflow|"
    r"negative|deficit|tax|interest|provision|dividend|repurchas|invest|expenditure|benefit|accumulated|treasury|less\b|"
    r"allowance|acqui|deduct|credit|impairment|amorti|depreci|writ|contra|eliminat)\w*",
    re.IGNORECASE,
)
# Words of a line item's own name say nothing of the direction: "income before income taxes", "interest income".
_HEDGED_LABEL = re.compile(
    r"\((?:loss|losses|expense|deficit|decrease|benefit|used)[^)]*\)"
    r"|\b(?:before|after|pre|net of)[- ](?:\w+ ){0,3}?tax(?:es|ation)?\b"
    r"|\b(?:interest|investment|dividend|tax|credit)s? (?:income|revenues?|gains?)\b",
    re.IGNORECASE,
)


def missing_numbers(claim: str, spans: Sequence[str]) -> list[str]:
    """The numbers of `claim` that none of the `spans` says, in the claim's words. Empty: every number is supported.

    Each span is all that is cited of one page: a scale that one page states says nothing of another's numbers.
    """
    said = find_numbers(claim)
    if not said.mentions and not said.labels:
        return []
    found = [find_numbers(span) for span in spans]
    evidence = [(mention, numbers.stated_scales) for numbers in found for mention in numbers.mentions]
    labels = frozenset[str]().union(*(numbers.labels for numbers in found))
    may_turn_sign = _DEDUCTION.search(_HEDGED_LABEL.sub(" ", claim)) is not None
    bare = not said.stated_scales
    missing = [mention.text for mention in said.mentions if not _supported(mention, evidence, may_turn_sign, bare)]
    return missing + sorted(said.labels - labels)


def _supported(
    mention: NumberMention, evidence: Iterable[tuple[NumberMention, frozenset[int]]], may_turn_sign: bool, bare: bool
) -> bool:
    return any(_agrees(mention, other, scales, may_turn_sign, bare) for other, scales in evidence)


def _agrees(said: NumberMention, seen: NumberMention, scales: frozenset[int], may_turn_sign: bool, bare: bool) -> bool:
    """`bare`: the claim states no scale anywhere, so that "$383,285" means dollars, whatever the table counts in."""
    if said.unit != seen.unit:
        return False
    if said.currency and seen.currency and said.currency != seen.currency:
        return False
    if said.negative != seen.negative and not (said.is_year() or (seen.negative and may_turn_sign)):
        return False
    amounts = {seen.amount()}
    if seen.scale is None and not seen.unit:
        scaled = {seen.amount(scale) for scale in scales}
        in_full = bare and said.scale is None and said.currency is not None and "," in said.text
        amounts = scaled if scaled and in_full else amounts | scaled
    return said.amount() in amounts

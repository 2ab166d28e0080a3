"""Check that the cited spans contain the numbers of a claim.

Two numbers match if their units, currencies and amounts match. An amount is exact: a `Decimal` times the scale that the
text states next to the number ("$1.2 billion"), or the scale of a table's cell. Nothing is rounded or inferred.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.quantities.mentions import NumberMention, find_numbers
from app.quantities.values import Kind, Quantity

# A claim may write "(412)" as "412" only if one of these words states the direction ("a net loss of 412"). Otherwise a
# loss would read as income.
_DEDUCTION = re.compile(
    r"\b(?:loss|cost|expens|charg|decreas|declin|reduc|lower|fell|drop|down|paid|pay|repa|purchas|us(?:e|ed)\b|outflow|"
    r"negative|deficit|tax|interest|provision|dividend|repurchas|invest|expenditure|benefit|accumulated|treasury|less\b|"
    r"allowance|acqui|deduct|credit|impairment|amorti|depreci|writ|contra|eliminat)\w*",
    re.IGNORECASE,
)
# These phrases contain a word of direction, but state no direction: "income before income taxes", "interest income".
_HEDGED_LABEL = re.compile(
    r"\((?:loss|losses|expense|deficit|decrease|benefit|used)[^)]*\)"
    r"|\b(?:before|after|pre|net of)[- ](?:\w+ ){0,3}?tax(?:es|ation)?\b"
    r"|\b(?:interest|investment|dividend|tax|credit)s? (?:income|revenues?|gains?)\b",
    re.IGNORECASE,
)


_YEAR = re.compile(r"(?:19|20)\d\d")


def missing_numbers(claim: str, spans: Sequence[str], quantities: Sequence[Quantity] = ()) -> list[str]:
    """Return the claim's numbers that are in no span and not among the `quantities` of cited cells, as the claim writes
    them; empty if all are supported.

    Each of `spans` joins all cited text of one page: a scale stated on one page does not apply to another page.
    """
    claimed = find_numbers(claim)
    if not claimed.mentions and not claimed.labels:
        return []
    found = [find_numbers(span) for span in spans]
    evidence = [(mention, numbers.stated_scales) for numbers in found for mention in numbers.mentions]
    labels = frozenset[str]().union(*(numbers.labels for numbers in found))
    may_turn_sign = _DEDUCTION.search(_HEDGED_LABEL.sub(" ", claim)) is not None
    bare = not claimed.stated_scales
    missing = [
        mention.text
        for mention in claimed.mentions
        if not _supported(mention, evidence, may_turn_sign, bare)
        and not any(_states(quantity, mention, may_turn_sign, bare) for quantity in quantities)
    ]
    return missing + sorted(claimed.labels - labels)


def _supported(
    mention: NumberMention, evidence: Iterable[tuple[NumberMention, frozenset[int]]], may_turn_sign: bool, bare: bool
) -> bool:
    return any(_agrees(mention, other, scales, may_turn_sign, bare) for other, scales in evidence)


def _agrees(
    claimed: NumberMention, cited: NumberMention, scales: frozenset[int], may_turn_sign: bool, bare: bool
) -> bool:
    """Return whether the two numbers match.

    `bare` means that the claim states no scale. A number such as "$383,285" in the claim is then an amount in dollars,
    even if the cited table is in millions.
    """
    if claimed.unit != cited.unit:
        return False
    is_heading = _YEAR.fullmatch(claimed.text) is not None and claimed.text == cited.text  # "2023 EUR", over a column
    if claimed.currency and cited.currency and claimed.currency != cited.currency and not is_heading:
        return False
    if claimed.negative != cited.negative and not (claimed.is_year() or (cited.negative and may_turn_sign)):
        return False
    amounts = {cited.amount()}
    if cited.scale is None and not cited.unit:
        scaled = {cited.amount(scale) for scale in scales}
        in_full = bare and claimed.scale is None and claimed.currency is not None and "," in claimed.text
        amounts = scaled if scaled and in_full else amounts | scaled
    return claimed.amount() in amounts


_UNITS = {
    Kind.PERCENTAGE: "%",
    Kind.PERCENTAGE_POINTS: "points",
    Kind.BASIS_POINTS: "bps",
    Kind.RATIO: "x",
}

_NO_MONEY = (Kind.NUMBER, Kind.SHARES)


def _states(quantity: Quantity, claimed: NumberMention, may_turn_sign: bool, bare: bool) -> bool:
    """Return whether a cell's value is the claimed number. Ends of a range count, too."""
    if claimed.unit != _UNITS.get(quantity.kind, claimed.unit if quantity.kind is Kind.RANGE else ""):
        return False
    if claimed.currency and quantity.kind in _NO_MONEY:
        return False
    if claimed.currency and quantity.unit not in (None, claimed.currency) and not _is_dollar(quantity, claimed):
        return False
    return any(
        _is_amount(value, quantity.scale, claimed, may_turn_sign, bare)
        for value in (quantity.value, quantity.high)
        if value is not None
    )


def _is_dollar(quantity: Quantity, claimed: NumberMention) -> bool:
    return quantity.unit == "$" and claimed.currency == "USD"


def _is_amount(value: Decimal, scale: int | None, claimed: NumberMention, may_turn_sign: bool, bare: bool) -> bool:
    if claimed.negative != (value < 0) and not (value < 0 and may_turn_sign):
        return False
    cited = NumberMention(text="", value=abs(value))
    amounts = {cited.amount(scale or 0)}
    # "$383" is not 383 million, and "$12.5" is not 12.5 cents.
    is_printed = claimed.currency is None or (not bare and (scale or 0) > 0)
    if claimed.scale is None and is_printed:
        amounts.add(cited.amount(0))
    return claimed.amount() in amounts

"""Decides whether the sentences of an answer state a figure, with its unit, scale, row and column.

Figures are read here in every format that a document may print ("1,234.5", "1.234,5", "1 234"): a number with several
readings states each of them. This module shares no code with `app.quantities`, because it measures its results.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evals.datasets.faults import QuestionCheck
from evals.scoring.fault_checks import Decided, is_within, missed, normalise, right, wrong

_NUMBER = re.compile(r"(?:\d{1,3}(?:[,.'’ \u00a0\u2009\u202f]\d{2,3})+|\d+)?(?:[.,]\d+)?")
_GAP = re.compile(r"['’ \u00a0\u2009\u202f]")
_BEFORE = re.compile(r"(?P<sign>[(\-‐‑–—−△▲])?\s?(?:[A-Z]{0,3}[$€£¥₹]\s?)?(?P<inner>[(\-‐‑–—−])?\s?$")
_SCALES = (
    (3, re.compile(r"(?:['’]000s?|000s|thousands?|\bT(?=EUR|USD)|\bk)\b", re.IGNORECASE)),
    (5, re.compile(r"lakhs?\b", re.IGNORECASE)),
    (6, re.compile(r"(?:millions?|mn|mm)\b|\bm\b|(?<=[$€£¥])m\b|\bM(?=USD|EUR|GBP|SEK|NOK|DKK)", re.IGNORECASE)),
    (7, re.compile(r"crores?\b", re.IGNORECASE)),
    (8, re.compile(r"100 millions?\b", re.IGNORECASE)),
    (9, re.compile(r"(?:billions?|bn)\b", re.IGNORECASE)),
)
_UNITS = {
    "USD": r"\$|USD|dollars?",
    "$": r"\$|dollars?",
    "EUR": r"€|EUR|euros?",
    "GBP": r"£|GBP|pounds?|sterling",
    "JPY": r"¥|JPY|yen",
    "INR": r"₹|INR|Rs\.?|rupees?",
    "%": r"%|per\s?cent",
    "points": r"points?|pts?\b|pp\b",
    "bps": r"bps|basis points?|bp\b",
    "x": r"\dx\b|\d\s?x\b|times|to 1|:\s?1",
    "shares": r"shares?",
}


@dataclass(frozen=True, slots=True)
class _Stated:
    """A number of a sentence, with its sign but without a scale, and the text after it."""

    value: Decimal
    after: str


def check_answer(check: QuestionCheck, claims: Sequence[str], quotes: Sequence[str]) -> Decided:
    """Decide a check of an answer. `claims` are its sentences, `quotes` the texts that they cite."""
    said = " | ".join(claims)
    for claim in claims:
        for unwanted in check.must_not:
            if contains_whole(claim, unwanted):
                return wrong(f"says {unwanted!r}: {said!r}")
    if check.expect_value is None:
        return wrong(f"answers where declining is right: {said!r}") if claims else right("declined")
    if not claims:
        return missed("declined")
    wanted = {check.expect_value, check.expect_value.scaleb(check.scale)}
    stating = [claim for claim in claims if wanted & {found.value for found in _stated(claim)}]
    if not stating:
        return wrong(f"does not state {check.expect_value}: {said!r}")
    faults = [_fault(check, claim, quotes) for claim in stating]
    if "" in faults:
        return right(said)
    return missed(f"{faults[0]}: {said!r}")


def contains_whole(claim: str, part: str) -> bool:
    """Return whether a sentence contains a text that is not next to a letter, digit, point or comma of a number."""
    before, after = r"(?<![\w.,])", r"(?!\w)(?![.,]\d)"
    return re.search(f"{before if part[0].isalnum() else ''}{re.escape(part)}{after}", claim) is not None


def _fault(check: QuestionCheck, claim: str, quotes: Sequence[str]) -> str:
    """Return what a sentence with the number lacks, or ""."""
    assert check.expect_value is not None
    context = normalise(" ".join([claim, *quotes]))
    amount = check.expect_value.scaleb(check.scale)
    amounts = {found.value.scaleb(scale) for found in _stated(claim) for scale in _scales(found, claim)}
    if amount not in amounts:
        return f"the amount is not {check.expect_value} × 10^{check.scale}"
    if check.unit is not None and not re.search(_UNITS.get(check.unit, re.escape(check.unit)), claim, re.IGNORECASE):
        return f"the unit is not {check.unit}"
    if check.expect_label and not is_within(normalise(check.expect_label), context):
        return f"the row is not {check.expect_label!r}"
    for part in check.expect_column.split(" | ") if check.expect_column else ():
        if not all(is_within(word, context) for word in normalise(part).split()):
            return f"the column is not {check.expect_column!r}"
    return ""


def _scales(found: _Stated, claim: str) -> set[int]:
    """Return the scales that may be meant: that after the number, else the last one of the sentence, else none."""
    near = [scale for scale, pattern in _SCALES if pattern.match(found.after.lstrip(" \u00a0-"))]
    if near:
        return {near[-1]}
    rest = [scale for scale, pattern in _SCALES if pattern.search(claim)]
    return {0, *rest}


def _stated(claim: str) -> Iterator[_Stated]:
    for match in _NUMBER.finditer(claim):
        text = match.group().strip()
        if not any(map(str.isdigit, text)):
            continue
        before = _BEFORE.search(claim[: match.start()])
        negative = before is not None and bool(before["sign"] or before["inner"])
        for value in readings(text):
            yield _Stated(-value if negative else value, claim[match.end() :])


def readings(text: str) -> set[Decimal]:
    """Return what a printed number may mean: with a decimal point, or with a decimal comma."""
    plain = _GAP.sub("", text)
    found = set()
    for group, point in ((",", "."), (".", ",")):
        whole, _, fraction = plain.partition(point)
        groups = whole.split(group)
        if (fraction.isdecimal() or not fraction) and all(map(str.isdecimal, groups[1:])) and _is_grouped(groups):
            found.add(Decimal(f"{''.join(groups) or 0}.{fraction or 0}"))
    return found


def _is_grouped(groups: Sequence[str]) -> bool:
    """Return whether digits are grouped: three in the last group, two or three in those before it."""
    if len(groups) == 1:
        return groups[0].isdecimal() or not groups[0]
    return 1 <= len(groups[0]) <= 3 and all(len(group) in (2, 3) for group in groups[1:-1]) and len(groups[-1]) == 3

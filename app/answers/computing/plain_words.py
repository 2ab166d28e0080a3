"""Read questions in plain words as questions for a figure: "how much did they sell" asks for revenue.

Questions for yes or no about a figure are read with their verdict: what the figure has to be for "yes". All patterns
are bounded, so that they take linear time on each of a question's first words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from app.answers.directions import ALTERNATIVE, Direction, find_direction

_MOST_CHARACTERS = 4_000
_X = r"(?P<x>[^?.,;]{2,70}?)"
_M = r"(?P<m>[^?.,;]{2,70}?)"
_END = r"(?= as of| as at| at the| in | for | during | between | from | over | compared| since | based| vs|\?|$|\.)"
_UPWARD = r"improving|growing|rising|increasing|expanding|strengthening"
_DOWNWARD = r"declining|falling|shrinking|decreasing|worsening|deteriorating|weakening"
_MORE = r"(?:more|most)(?: money)?"
_LESS = r"(?:less|least)(?: money)?"
_WHO = r"(?:who|which(?: (?:company|one|of them|of the two|issuer|firm))?)"


class Test(StrEnum):
    """What a figure has to be for "yes"."""

    ROSE = "rose"
    FELL = "fell"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    ABOVE = "above"
    BELOW = "below"


_TURNED = {Test.ROSE: Test.FELL, Test.FELL: Test.ROSE}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question for yes or no about a figure. `bound` is the amount that it names, as formulas have it."""

    test: Test
    bound: Decimal = Decimal(0)

    def holds(self, value: Decimal) -> bool:
        """Return whether a value is a yes."""
        if self.test in (Test.ROSE, Test.POSITIVE, Test.ABOVE):
            return value > self.bound
        return value < self.bound


@dataclass(frozen=True, slots=True)
class PlainQuestion:
    """A question in the words that the grammar reads, with its verdict if it asks for yes or no. `items` are measures
    that decide a judgement together ("is it capital-intensive"), `limits` the least value of each for "yes".
    """

    text: str
    verdict: Verdict | None = None
    items: tuple[str, ...] = ()
    limits: tuple[Decimal, ...] = ()


_RISE = re.compile(rf"(?:{_UPWARD})|increas|grow|rais|improv|expand|higher|better|larger|up", re.IGNORECASE)
_JUDGES = re.compile(r"\b(?:improv|better|wors|deteriorat|strengthen|weaken)\w*", re.IGNORECASE)
_BETTER_IF_LOW = re.compile(
    r"\b(?:debt|borrowings|indebtedness|leverage|gearing|liabilities|costs?|expenses?|opex|overheads?|dso|dio|tax rate"
    r"|(?:efficiency|combined|loss) ratio|cash conversion cycle|days (?:sales|inventory) outstanding)"
    r"(?:(?:[- ]to[- ]|/)[\w-]{1,20})?(?: (?:ratio|multiple|level|burden))?\W*$",
    re.IGNORECASE,
)
_COVERS = re.compile(r"\b(?:cover|coverage|(?:to|over)[- ](?:net |total )?debt)\b|/ ?(?:net )?debt\b", re.IGNORECASE)
_LOSS = re.compile(r"\b(?:net|operating|pre-?tax|comprehensive) loss(?:es)?\b|\bloss per share\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:than|versus|vs|(?:when |as )?compared (?:to|with))\b", re.IGNORECASE)
_WHEN = re.compile(r"(?:\bQ(?P<quarter>[1-4])\W{0,2}(?:of )?)?(?P<year>\b20\d\d\b|\bFY ?(?:20)?\d\d\b)", re.IGNORECASE)
_IN_STATEMENT = re.compile(r" on (?:the |its |their )?balance sheets?$", re.IGNORECASE)
_Change = Callable[[re.Match[str]], PlainQuestion]


def _to(text: str, test: Test | None = None) -> _Change:
    verdict = None if test is None else Verdict(test)
    return lambda found: PlainQuestion(text.format(**found.groupdict()), verdict)


def _moving(found: re.Match[str]) -> PlainQuestion:
    is_up = _RISE.match(found["d"]) is not None
    verb, test = ("improve", Test.ROSE) if is_up else ("decline", Test.FELL)
    if _JUDGES.match(found["d"]) and _is_better_if_low(found["m"]):
        test = _TURNED[test]
    whose = f"{found['x'].strip()}'s " if "x" in found.groupdict() and found["x"] else ""
    item = _IN_STATEMENT.sub("", found["m"]).strip()
    return PlainQuestion(f"did {whose}{item} {verb}", Verdict(test))


def _is_better_if_low(item: str) -> bool:
    """Return whether a lower figure is an improvement, as for debt or costs."""
    return _BETTER_IF_LOW.search(item) is not None and _COVERS.search(item) is None


def _signed(found: re.Match[str]) -> PlainQuestion:
    test = Test.POSITIVE if found["s"].lower() == "positive" else Test.NEGATIVE
    return PlainQuestion(f"what was {found['x'].strip()}'s {found['m'].strip()}", Verdict(test))


def _bounded(found: re.Match[str]) -> PlainQuestion | None:
    scale = {"thousand": 3, "million": 6, "m": 6, "billion": 9, "bn": 9}.get((found["scale"] or "").lower(), 0)
    unit = (found["unit"] or "").strip().lower()
    bound = Decimal(found["n"].replace(",", "")).scaleb(-2 if unit in ("%", "percent") else scale)
    is_above = re.match(r"above|over|more|higher|greater|exceed|at least", found["than"], re.IGNORECASE) is not None
    return PlainQuestion(f"what was {found['m'].strip()}", Verdict(Test.ABOVE if is_above else Test.BELOW, bound))


_CAPITAL_INTENSITY = (
    ("capital expenditures as a percentage of revenue", Decimal("0.08")),
    ("net property, plant and equipment as a percentage of total assets", Decimal("0.30")),
    ("ratio of total assets to revenue", Decimal(2)),
)
"""What tells whether a business is capital-intensive: investment, fixed assets, and assets for a unit of revenue. Two
of three decide. The limits lie between service and trading companies on one side, and telecoms, utilities and heavy
industry on the other; no standard sets them.
"""
_COVERED = Decimal(1)
"""A liquidity ratio from which on liquid assets cover the current liabilities."""


def _intensive(found: re.Match[str]) -> PlainQuestion:
    items, limits = (item for item, _ in _CAPITAL_INTENSITY), (limit for _, limit in _CAPITAL_INTENSITY)
    text = f"what were {found['x'].strip()}'s capital expenditures"
    return PlainQuestion(text, None, tuple(items), tuple(limits))


def _liquid(found: re.Match[str]) -> PlainQuestion:
    is_weak = re.match(r"weak|poor|tight|strained|thin", found["s"], re.IGNORECASE) is not None
    verdict = Verdict(Test.BELOW if is_weak else Test.ABOVE, _COVERED)
    return PlainQuestion(f"what was {found['x'].strip()}'s {found['m'].strip()}", verdict)


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], PlainQuestion | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), change)
    for pattern, change in (
        (rf"\bhow much (?:money |revenue )?(?:did|does|has|have) {_X} (?:sell|sold|take in"
         rf"|turn over){_END}", _to("what was the revenue of {x}")),
        (rf"\bhow much (?:money |profit )?(?:did|does|has|have) {_X} (?:earn|earned|make"
         rf"|made){_END}", _to("what was the net income of {x}")),
        (rf"\bhow much (?:money |debt )?(?:did|does|do) {_X} owe{_END}", _to("what was the total debt of {x}")),
        (rf"\b{_WHO} (?:earned|earns|made|makes) (?:the )?{_MORE}\b", _to("which company had more net income")),
        (rf"\b{_WHO} (?:earned|earns|made|makes) (?:the )?{_LESS}\b", _to("which company had less net income")),
        (rf"\b{_WHO} (?:sold|sells) (?:the )?{_MORE}\b", _to("which company had more revenue")),
        (rf"\b{_WHO} (?:owed|owes) (?:the )?{_MORE}\b", _to("which company had more total debt")),
        (rf"\b{_WHO} (?:was|is) (?:the )?(?:bigger|larger|biggest"
         rf"|largest)\b(?! \w+ (?:of|in))", _to("which company had more revenue")),
        (rf"\b(?:does|do|did|has|have|is) {_X} (?:have |has |had |show |see |seen )?(?:an? "
         rf"|any )?(?P<d>{_UPWARD}|{_DOWNWARD}) {_M}(?: profile| trend)?{_END}", _moving),
        (rf"\b(?:is|was|are|were) {_M} (?P<d>{_UPWARD}|{_DOWNWARD}){_END}", _moving),
        (rf"\b(?:has|have|did|does) {_X} (?P<d>increased?|reduced?|grown?|raised?|cut|lower(?:ed)?|decreased?"
         rf"|improved?|expand(?:ed)?) (?:its|their|the) {_M}{_END}", _moving),
        (rf"\b(?:does|do|did) {_X} (?:have|report|generate|post) (?:an? )?(?P<s>positive"
         rf"|negative) {_M}{_END}", _signed),
        (rf"\b(?:is|was|are|were) {_X} (?:an? )?(?:very |highly |fairly |relatively )?capital[- ]intensive\b"
         r"(?: (?:business|company|firm|operation|industry|one))?", _intensive),
        (rf"\b(?:does|do|did|has|have|is|was) {_X} (?:have |show )?(?:an? )?(?:reasonably |relatively |fairly |very )?"
         r"(?P<s>healthy|sound|strong|adequate|good|comfortable|solid|weak|poor|tight|strained|thin) "
         r"liquidity\b[^?.]{0,40}?\b(?:based on|by|using|judged by|judging by|given|measured by|in terms of) "
         r"(?:its |the |their )?(?P<m>quick ratio|current ratio|acid[- ]test ratio)\b", _liquid),
        (rf"\b(?:is|was|are|were) {_M} (?P<d>higher|lower|better|worse|larger|smaller|up|down)"
         r"(?= (?:than|from|versus|vs|compared)\b)", _moving),
        (rf"\b(?:is|was|are|were) {_X} profitable{_END}", _to("what was the net income of {x}", Test.POSITIVE)),
        (rf"\b(?:is|was|are|were) {_X} (?:unprofitable"
         rf"|loss-making){_END}", _to("what was the net income of {x}", Test.NEGATIVE)),
        (rf"\b(?:did|does|has) {_X} (?:make|made|report|post|have|had|earn) (?:a |an "
         rf"|any )?(?:net )?profit{_END}", _to("what was the net income of {x}", Test.POSITIVE)),
        (rf"\b(?:did|does|has) {_X} (?:make|made|report|post|have|had) (?:a |an "
         rf"|any )?(?:net )?loss{_END}", _to("what was the net income of {x}", Test.NEGATIVE)),
        (rf"\b(?:is|was|are|were|did|does) {_M} (?P<than>above|over|below|under|more than|less than|higher than"
         rf"|lower than|greater than|exceed) "
         r"(?:USD |EUR |[$€£] ?)?(?P<n>\d[\d,]{0,15}(?:\.\d{1,6})?) ?(?P<scale>thousand|million|billion|m"
         r"|bn)?(?P<unit> ?%| ?percent)?(?![\d,])", _bounded),
    )
)  # fmt: skip


def read_plainly(question: str) -> PlainQuestion:
    """Return a question in the grammar's words; as it is, if no rule fits."""
    text = " ".join(question[:_MOST_CHARACTERS].split())
    for pattern, change in _RULES:
        found = pattern.search(text)
        changed = None if found is None else change(found)
        if found is not None and changed is not None:
            plain = f"{text[: found.start()]}{changed.text}{text[found.end() :]}"
            return replace(changed, text=plain, verdict=_over_time(text, changed.verdict))
    return PlainQuestion(question, _over_time(text, _verdict_of(text)))


def _over_time(text: str, verdict: Verdict | None) -> Verdict | None:
    """Return a verdict on the change from the earlier to the later period: "higher in 2022 than in 2023" is a fall.
    There is none on a loss, which some tables print as a negative figure, and others not.
    """
    compared = _COMPARED.search(text)
    if verdict is None or verdict.test not in _TURNED:
        return verdict
    if _LOSS.search(text):
        return None
    if compared is None:
        return verdict
    first, second = (
        [(found["year"][-2:], found["quarter"] or "") for found in _WHEN.finditer(part)]
        for part in (text[: compared.start()], text[compared.end() :])
    )
    is_turned = bool(first) and bool(second) and max(first) < min(second)
    return replace(verdict, test=_TURNED[verdict.test]) if is_turned else verdict


def _verdict_of(text: str) -> Verdict | None:
    """Return what "did revenue increase" asks for; nothing if it leaves the direction open."""
    asked = _DID.match(text)
    if asked is None or ALTERNATIVE.search(text):
        return None
    direction = find_direction(asked["rest"])
    if direction is None:
        return None
    test = Test.ROSE if direction is Direction.UP else Test.FELL
    judged = _JUDGES.search(asked["rest"])
    return Verdict(_TURNED[test] if judged and _is_better_if_low(asked["rest"][: judged.start()]) else test)


_DID = re.compile(
    r"\W*(?:(?:in|for|during) [^,?]{1,40}, ?)?(?:did|does|do|has|have|is|was|are|were)\b(?P<rest>[^?]{2,300})",
    re.IGNORECASE,
)

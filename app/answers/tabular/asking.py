"""Read questions about the parts of a whole: "revenue by segment", "which region grew fastest".

No list of segments or items is used: whether an issuer has such parts shows in its tables. All patterns are bounded.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.answers.computing import patterns
from app.answers.computing.periods import take_periods
from app.answers.computing.phrasing import without_companies
from app.answers.computing.readings import clean
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.wording import without_names

_MOST_CHARACTERS = 300


class Axis(StrEnum):
    """The kind of parts. The values are the names that answers use."""

    SEGMENT = "segment"
    REGION = "region"
    PRODUCT = "product"
    CHANNEL = "channel"
    CUSTOMER = "customer"


class Wanted(StrEnum):
    """What a question wants of the parts: the figure of each, or the part with the highest or lowest one."""

    EACH = "each"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class PartsQuestion:
    """A question about parts. `measure` has its words for the figure, and `most` those for the rank ("largest").

    With `is_growth`, the parts are ranked by the relative change of the measure over a year; with `is_fall`, only a
    part that fell answers.
    """

    wanted: Wanted
    axis: Axis
    measure: str
    periods: tuple[AskedPeriod, ...]
    most: str = ""
    is_growth: bool = False
    is_fall: bool = False


_AXES = {
    Axis.SEGMENT: (
        r"(?:(?:reportable|operating|business|reporting) )?(?:segments?|divisions?|banners?)"
        r"|business units?|business lines?|lines? of business|businesses"
    ),
    Axis.REGION: (
        r"geograph(?:y|ies|ic(?:al)?(?: (?:areas?|regions?|markets?|locations?))?)|regions?|countr(?:y|ies)|states?"
    ),
    Axis.PRODUCT: r"product(?: (?:lines?|categor(?:y|ies)|groups?|types?))?|products|types? of products?",
    Axis.CHANNEL: r"(?:(?:sales|distribution) )?channels?",
    Axis.CUSTOMER: r"customer(?: (?:types?|class(?:es)?|groups?|categor(?:y|ies)))?|types? of customers?|customers",
}
_ANY = "|".join(f"(?P<{axis.value}>{words})" for axis, words in _AXES.items())
_ADJECTIVES = r"(?:(?!(?:by|of|the|its|their|and|or|in|to|from)\b)[\w-]+ ){0,2}?"
_BY = re.compile(
    rf"^(?P<measure>.{{2,90}}?),? (?:split |broken (?:down|out) |divided )?(?:by|per|for each|of each|in each|across"
    rf"|for every)(?: of)?(?: its| the| their| all)? {_ADJECTIVES}(?:{_ANY})\W*$",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    rf"^(?P<measure>.{{2,90}}?) (?:of|for|in|from) (?:each of |all of |all )?(?:its |the |their )(?:{_ANY})(?<=s)\W*$",
    re.IGNORECASE,
)
_EACH_FIRST = re.compile(
    rf"^(?:each|every|all)(?: of)?(?: its| the| their)? {_ADJECTIVES}(?:{_ANY})(?:['’]s|s['’])? "
    r"(?P<measure>.{2,60})$",
    re.IGNORECASE,
)
_BREAKDOWN = re.compile(
    r"^(?:(?:a|the) )?(?:break ?down|split|mix|composition|disaggregation) of (?:the |its |their )?", re.IGNORECASE
)
_HOW_SPLIT = re.compile(
    r"^\W*how (?:is|was|are|were|does|do|did) (?:the |its |their )?(?P<measure>.{2,60}?) "
    r"(?:split|broken (?:down|out)|divided|distributed|break down|divide)(?: up| down)? ",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:(?:please )?(?:list|name|give|show|tell|break down|provide)(?: me)?|what(?:['’]s| (?:is|was|were|are))?"
    r"|how (?:much|many)(?: (?:did|does|do|was|were|is|are))?)\b ?(?:(?:the|its|their|a)\b ?)*",
    re.IGNORECASE,
)
_HIGH = r"largest|biggest|highest|greatest|most|best|strongest|fastest|top|main"
_LOW = r"smallest|lowest|least|weakest|worst|slowest|fewest"
_RANK = re.compile(rf"\b(?:(?P<high>{_HIGH})|(?P<low>{_LOW}))\b", re.IGNORECASE)
_WHICH = re.compile(
    rf"^\W*(?:in |from |for )?(?:which|what)(?: one)?(?: of (?:its|the|their))? {_ADJECTIVES}(?:{_ANY})\b"
    r"(?P<rest>[^?]{2,160})$",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    rf"^\W*(?:what|which)(?:['’]s| (?:is|was|are|were)) (?:its |the |their )?(?P<rank>{_HIGH}|{_LOW})"
    rf" {_ADJECTIVES}(?:{_ANY})(?P<rest>(?: (?:by|in terms of|measured by|on|in) [^?]{{2,80}})?)\W*$",
    re.IGNORECASE,
)
_ROSE = re.compile(
    r"\b(?:gr[eo]w(?:n|ing|s)?|growth|increas(?:e[ds]?|ing)|r[io]se[sn]?|expand(?:ed|s)?|improv(?:ed?|es))\b",
    re.IGNORECASE,
)
_FELL = re.compile(
    r"\b(?:f[ae]ll(?:en|s|ing)?|declin(?:e[ds]?|ing)|decreas(?:e[ds]?|ing)|dropp?(?:ed|s)?|shr[aiu]nk|contract(?:ed|s)?)\b",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"\b(?:ha[sd]|have|having|was|were|is|are|did|do|does|be|been|brings?|brought|in|generate[sd]?|made|makes?|earn(?:s|ed)?"
    r"|s(?:aw|ee)|report(?:s|ed)?|record(?:s|ed)?|post(?:s|ed)?|contribute[sd]?|deliver(?:s|ed)|produce[sd]?|show(?:s|ed)?"
    r"|account(?:s|ed)? for|the|its|their|a|an|of|by|it|they|company|group|terms|measured|percent(?:age)?|rate|amount"
    r"|percentage terms|year[- ]over[- ]year|relative|on|at|with|come|came|from|how|much|and)\b|%",
    re.IGNORECASE,
)
_IMPLIED = "revenue"
"""What a part is ranked by, if a question does not say it: "the largest segment", "which region grew fastest"."""
_PROFITABLE = re.compile(r"\bprofitable\b", re.IGNORECASE)
_DANGLING = re.compile(r"(?: (?:of|at|for|in|on|from|by|and|during))+$", re.IGNORECASE)
_VAGUE = frozenset({"performance", "results", "result", "figures", "numbers", "business", "data", "information"})


def read_parts(core: str, names: Collection[str]) -> PartsQuestion | None:
    """Read a question about parts; None for others. `names` are the issuers' names in it."""
    text = " ".join(core.split()).strip(" ?.")
    if len(text) > _MOST_CHARACTERS:
        return None
    taken = take_periods(patterns.NEWEST_YEAR.sub(" ", without_companies(without_names(text, names))))
    rest = _DANGLING.sub("", " ".join(taken.rest.split()).strip(" ,?."))
    periods = taken.all_periods()
    return _read_rank(rest, periods) or _read_each(rest, periods)


def _read_rank(rest: str, periods: tuple[AskedPeriod, ...]) -> PartsQuestion | None:
    found = _SUPERLATIVE.match(rest)
    if found is not None:
        rank, after = found["rank"], found["rest"]
    else:
        found = _WHICH.match(rest)
        ranked = None if found is None else _RANK.search(found["rest"])
        if found is None or ranked is None:
            return None
        rank, after = ranked.group(), _RANK.sub(" ", found["rest"], count=1)
    is_high = re.fullmatch(_HIGH, rank, re.IGNORECASE) is not None
    is_fall = _FELL.search(after) is not None
    is_growth = is_fall or _ROSE.search(after) is not None or rank.lower() in {"fastest", "slowest"}
    if len(_RANK.findall(after)) > 0:
        return None  # two ranks: "the largest increase in the smallest …"
    words = _FELL.sub(" ", _ROSE.sub(" ", after))
    words = "operating income" if _PROFITABLE.search(rest) else clean(" ".join(_SMALL.sub(" ", words).split()))
    return PartsQuestion(
        wanted=Wanted.HIGHEST if is_high is not is_fall else Wanted.LOWEST,
        axis=_axis(found),
        measure=words or _IMPLIED,
        periods=periods,
        most=rank.lower(),
        is_growth=is_growth,
        is_fall=is_fall,
    )


def _read_each(rest: str, periods: tuple[AskedPeriod, ...]) -> PartsQuestion | None:
    split = _HOW_SPLIT.match(rest)
    text = _LEAD.sub("", rest, count=1) if split is None else f"{split['measure']} {rest[split.end() :]}"
    text = _BREAKDOWN.sub("", text)
    found = _BY.match(text) or _OF_ALL.match(text) or _EACH_FIRST.match(text)
    if found is None:
        return None
    measure = clean(re.sub(r" (?:did|does|do) (?:it|they)? ?\w{0,12}$", "", found["measure"], flags=re.IGNORECASE))
    if not measure or measure.lower() in _VAGUE or _RANK.search(measure):
        return None
    return PartsQuestion(Wanted.EACH, _axis(found), measure, periods)


def _axis(found: re.Match[str]) -> Axis:
    return next(axis for axis in Axis if found[axis.value])

"""Read what kind of answer a question wants: a figure, a fact, a list, a reason, yes or no, and so on."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from app.answers.directions import ALTERNATIVE, Direction, find_direction
from app.answers.everyday import plain_terms, related_terms
from app.retrieval.index.lexicon import tokenise
from app.retrieval.questions.understanding import Understanding


class QuestionKind(StrEnum):
    FIGURE = "figure"
    FACT = "fact"
    LIST = "list"
    COMPARISON = "comparison"
    YES_NO = "yes-no"
    WHY = "why"
    CHANGE = "change"
    DEFINITION = "definition"
    SUMMARY = "summary"
    DATE = "date"


class Expected(StrEnum):
    """What the sentence with the answer must have."""

    NAME = "name"
    PLACE = "place"
    DATE = "date"
    COUNT = "count"
    AMOUNT = "amount"
    SHARE = "share"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class AskedKind:
    """The kind of a question. `terms` are the stems of what it asks about; `related` are those of other words for it,
    by the stem of the question. `about` is the term that a definition is asked for, or the topic of a list or summary.
    `direction` is that of a move in the question.
    """

    kind: QuestionKind
    expected: Expected
    terms: frozenset[str]
    related: dict[str, frozenset[str]]
    about: str = ""
    direction: Direction | None = None


_WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat(?:['’]s| (?:is|was|were|are))? (?:the )?(?:main |primary |key |principal )?"
    r"(?:drove|driving|caused|led to|explain(?:s|ed)|(?:reason|cause|driver)s?\b|behind)|\b(?:reason|cause"
    r"|driver)s? (?:for|of|behind)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"\bwhat (?:does|do|did) (?P<a>.{2,80}?) (?:mean|stand for|refer to)\b"
    r"|\b(?:definition|meaning) of (?P<b>[^?]{2,80})"
    r"|\bhow (?:is|are|was|were|does|do|did) (?P<c>[^?]{2,100}?) (?:be )?(?:defined?|calculated?|computed?|measured?)\b"
    r"|\bwhat (?:is|are) meant by (?P<d>[^?]{2,80})"
    r"|\bwhat (?:counts|qualifies) as (?P<e>[^?]{2,80})"
    r"|^\W*define (?P<f>[^?]{2,80})",
    re.IGNORECASE,
)
_DEFINED_BY = re.compile(r"\s+(?:in|under|of|by|for|as|per|within|at) (?:the |its |their |his )?[^?]*$", re.IGNORECASE)
_SUMMARY = re.compile(
    r"\b(?:summari[sz]e|summary of|overview of|outline|sum up|key (?:points?|terms?|agenda|takeaways?)"
    r"|main (?:points?|terms?))\b"
    r"|\bwhat (?:does|do) (?:the )?(?P<what>[^?]{2,80}?) (?:say|cover|contain)\b"
    r"|\bwhat is (?:this|the) (?:document|filing|report|8-?k|agreement|prospectus)[^?]{0,60} about\b"
    r"|\bdescribe\b|\btell me about\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\bwhat(?:['’]s| (?:is|has|have|had))? (?:(?:been )?changed?|new\b|different)"
    r"|\bhow (?:did|has|have|does|do|much (?:did|has|have)) [^?]{2,160}? (?:change|evolve|develop|move|compare)d?\b"
    r"|\b(?:vs\.?|versus)\s|\bchanges? (?:in|to|from|between)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^\W*(?:what|which|who) (?:are|were) (?:the |its |their |all )?(?!total\b|net\b)"
    r"|^\W*(?:list|name|enumerate)\b"
    r"|\bwhat (?:kinds?|types?|sorts?) of\b"
    r"|^\W*(?:what|which) (?:(?!(?:is|was|were|are|did|does|do|has|had|the)\b)[\w-]+ ){0,3}?"
    r"(?!(?:is|was|does|has|this|business|earnings"
    r"|process)\b)[a-z-]{2,}(?<!s)s (?!is\b|was\b|has\b)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"^\W*(?:(?:in|for|as of|at|during|by|under|per|according to|based on)\b[^,?]{0,60}, ?)?(?:and |so |but )?"
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|may|must|should|isn['’]t|aren['’]t|doesn['’]t|"
    r"don['’]t|didn['’]t|hasn['’]t|haven['’]t)\b",
    re.IGNORECASE,
)
_ASKS_SHARE = re.compile(
    r"^\W*(?:and )?(?:in |at |by )?(?:what|which) (?:percent|percentage|share|proportion|portion|fraction) of\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^\W*(?:and )?(?:when|until when|by when|from when|since when)\b|\b(?:what|which|on what) (?:date|day|month"
    r"|year)\b|\bhow long\b"
    r"|\bwhen (?:is|are|was|were|do|does|did|will|must|can)\b",
    re.IGNORECASE,
)
_EXPECTED: tuple[tuple[Expected, re.Pattern[str]], ...] = tuple(
    (expected, re.compile(pattern, re.IGNORECASE))
    for expected, pattern in (
        (Expected.NAME, r"\bwho(?:m|se)?\b|\bwhich (?:company|firm|bank|law firm|person|auditor|agency"
                        r"|underwriter|lender)s?\b|\bwhat(?:['’]s| (?:is|was)) the name\b|\b(?:ticker"
                        r"|trading symbol|stock symbol)\b"),
        (Expected.PLACE, r"\bwhere\b|\bin (?:what|which) (?:city|country|state|place|town|countries|states)\b"
                         r"|\bhead ?quarter|\bhead office\b|\bregistered office\b"),
        (Expected.SHARE, r"\bwhat (?:percent|percentage|share|proportion|portion|fraction|rate|interest|margin"
                         r"|yield|ratio|coupon)\b|\bhow (?:many )?(?:percent|times)\b|\bratio\b|\bmargin\b"
                         r"|\bgearing\b"),
        (Expected.COUNT, r"\bhow many\b|\bnumber of\b|\bhead ?count\b"),
        (Expected.AMOUNT, r"\bhow (?:much|large|big|high|low)\b|\bwhat (?:is|was|were|are) the (?:amount|value"
                          r"|size|price|cost|total|maximum|minimum)\b|\bby how much\b"),
    )
)  # fmt: skip


def read_kind(understanding: Understanding) -> AskedKind:
    """Read the kind of a question. The first kind that its words show is taken: never fails."""
    core = " ".join(understanding.core[:_MOST_CHARACTERS].split())
    kind, about = _kind_of(core, understanding)
    terms = plain_terms(core, understanding)
    if kind is QuestionKind.WHY:
        terms = terms - _MOVES or terms
    return AskedKind(
        kind=kind,
        expected=_expected(core, kind),
        terms=terms,
        related=related_terms(terms),
        about=about,
        direction=find_direction(core),
    )


_MOST_CHARACTERS = 1_000
_MOVES = frozenset(
    tokenise(
        "increase increased decrease decreased rise rose fall fell grow grew growth decline declined drop "
        "dropped change "
        "changed improve improved improvement reduction reduced shrink shrank higher lower"
    )
)


def _kind_of(core: str, understanding: Understanding) -> tuple[QuestionKind, str]:
    """Return the kind, and the term or topic that a definition or summary is asked for."""
    if _WHY.search(core):
        return QuestionKind.WHY, ""
    if (defined := _DEFINITION.search(core)) is not None:
        return QuestionKind.DEFINITION, _term(next(filter(None, defined.groups()), ""))
    if (summary := _SUMMARY.search(core)) is not None:
        return QuestionKind.SUMMARY, (summary["what"] or core[summary.end() :]).strip(" ?.")
    return _plain_kind(core, understanding), ""


def _plain_kind(core: str, understanding: Understanding) -> QuestionKind:
    expected = _expected(core, QuestionKind.FACT)
    is_figure = expected in (Expected.AMOUNT, Expected.SHARE)
    kinds = (
        (QuestionKind.YES_NO, _AUXILIARY.search(core) is not None and ALTERNATIVE.search(core) is None),
        (QuestionKind.COMPARISON, _names_several(understanding)),
        (QuestionKind.CHANGE, _AUXILIARY.search(core) is not None or _CHANGE.search(core) is not None),
        (QuestionKind.DATE, _WHEN.search(core) is not None),
        (QuestionKind.FIGURE, understanding.wants_figure or _ASKS_SHARE.search(core) is not None),
        (QuestionKind.LIST, _LIST.search(core) is not None and not _asks_place(core)),
        (QuestionKind.FIGURE, is_figure),
    )
    return next((kind for kind, fits in kinds if fits), QuestionKind.FACT)


def _names_several(understanding: Understanding) -> bool:
    """Return whether a question names two issuers that share no form of their names."""
    return any(one.isdisjoint(other) for one, other in combinations(understanding.issuer_forms, 2))


def read_expected(core: str) -> Expected:
    """Return what the answer to a question, or to a part of it, must have."""
    return Expected.DATE if _WHEN.search(core) else _expected(core, QuestionKind.FACT)


def _asks_place(core: str) -> bool:
    return any(pattern.search(core) for expected, pattern in _EXPECTED if expected is Expected.PLACE)


def _expected(core: str, kind: QuestionKind) -> Expected:
    if kind is QuestionKind.DATE:
        return Expected.DATE
    found = ((match.start(), expected) for expected, pattern in _EXPECTED if (match := pattern.search(core)))
    return min(found, default=(0, Expected.TEXT))[1]


def _term(text: str) -> str:
    """Return a defined term without articles, quotation marks and the document that defines it."""
    text = re.sub(r"^\W*(?:the|a|an|term|its|their|they|we)\s+", "", text.strip(), flags=re.IGNORECASE)
    short = _DEFINED_BY.sub("", text)
    while text != short and len(short) > 2:
        text, short = short, _DEFINED_BY.sub("", short)
    return text.strip(" \"'“”‘’?.,")

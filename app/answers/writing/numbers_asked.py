"""Whether a text has the number that a question asks for: how many of what it counts, or an amount at all."""

import re
from functools import lru_cache

from app.answers.everyday import related_terms
from app.answers.kinds import Expected, QuestionKind
from app.answers.places import names_place
from app.answers.writing.fact_patterns import COUNT
from app.answers.writing.kind_writer import Reading
from app.quantities.mentions import find_numbers
from app.retrieval.index.lexicon import tokenise

_COUNTED = re.compile(r"\b(?:how many|(?:total )?number of|count of)\s+(?P<what>[^?,.;]{2,80})", re.IGNORECASE)
_NO_NOUN = re.compile(
    r"\b(?:did|do|does|was|were|is|are|has|have|had|can|could|will|would|in|at|of|for|on|by|with|from|to|under|that|which"
    r"|who|there|per|during|as|and|or|it|its|the|they|worked?|works?)\b.*$",
    re.IGNORECASE,
)
_NO_COUNT = re.compile(r"\b(?:percent(?:age)?|times|days|months|years|weeks|points)\b", re.IGNORECASE)
_HEADCOUNT = re.compile(r"\bhead ?count\b", re.IGNORECASE)
_PEOPLE = frozenset(tokenise("employees people associates colleagues workers staff"))
_FIGURES = frozenset({Expected.COUNT, Expected.AMOUNT, Expected.SHARE})
_AFTER, _BEFORE = 60, 70  # characters
_BREAK = re.compile(r"[.;:](?=\s|$)|\t|\n\n")
_SHARE_AFTER = re.compile(r"\s?(?:%|percent|per cent|basis)", re.IGNORECASE)
_MEASURES = frozenset(
    tokenise(
        "sales revenue revenues income profit earnings margin backlog costs expense expenses cash debt assets "
        "liabilities inventory inventories dividends capex expenditures ebitda deliveries orders loss losses ratio "
        "premiums deposits"
    )
)
_NOUN = re.compile(
    r"^\W*(?:what(?:['’]s| (?:is|was|were|are))? )?(?:the |its |their )?(?P<noun>[\w&'’ -]{2,70}?)"
    r"(?:,? (?:of|for|in|at|from|during|as of|by)\b[^?]*)?\W*$",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"\b(?:19|20)\d\d\b|\b(?:q[1-4]|(?:first|second|third|fourth) quarter|fy ?\d\d)\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def counted_terms(core: str) -> frozenset[str]:
    """Return the stems of what a question counts, with other words for it; none if it counts nothing."""
    if _HEADCOUNT.search(core):
        return _PEOPLE
    found = _COUNTED.search(core)
    what = "" if found is None else _NO_NOUN.sub("", found["what"]).strip()
    if not what or _NO_COUNT.search(what):
        return frozenset()
    head = frozenset(tokenise(what.split()[-1]))
    return head.union(*related_terms(head).values())


def states_number(reading: Reading, text: str) -> bool:
    """Return whether a text has the number that a question asks for, or the question asks for none."""
    core = _without_issuers(reading)
    if reading.asked.expected in _FIGURES and names_place(core) and not names_place(text):
        return False  # of the whole, or of another part
    if reading.asked.expected is Expected.COUNT and (terms := counted_terms(core)):
        return _counts(text, terms)
    if not (head := asked_amount(reading)):
        return True
    has_number = any(not mention.is_year() for mention in find_numbers(text).mentions)
    return has_number and not head.union(*related_terms(head).values()).isdisjoint(tokenise(text))


def _counts(text: str, terms: frozenset[str]) -> bool:
    """Return whether a number counts one of the terms: it stands next to it, in one clause."""
    for match in COUNT.finditer(text):
        if _SHARE_AFTER.match(text, match.end()):
            continue
        after = _BREAK.split(text[match.end() : match.end() + _AFTER])[0]
        before = _BREAK.split(text[max(0, match.start() - _BEFORE) : match.start()])[-1]
        if not terms.isdisjoint(tokenise(after)) or not terms.isdisjoint(tokenise(before)):
            return True
    return False


def asked_amount(reading: Reading) -> frozenset[str]:
    """Return the stem of the measure, if a question only names one and a period ("backlog of Lamps at the end of
    2023"); nothing for others.
    """
    asked, core = reading.asked, reading.understanding.core
    if asked.expected is not Expected.TEXT or asked.kind not in (QuestionKind.FACT, QuestionKind.LIST):
        return frozenset()
    found = _NOUN.match(core.strip())
    last = tokenise(found["noun"].split()[-1]) if found is not None and found["noun"].split() else []
    return frozenset(last[:1]) & _MEASURES if _PERIOD.search(core) else frozenset()


def _without_issuers(reading: Reading) -> str:
    text = reading.understanding.core
    for phrase in reading.understanding.issuer_phrases:
        text = text.replace(phrase, " ")
    return text

"""What a sentence has that bears on whether it answers a question: signs of an answer, and signs against one."""

import math
import re
from functools import lru_cache

from app.answers.directions import find_direction
from app.answers.kinds import Expected, QuestionKind
from app.answers.writing.fact_patterns import has_expected
from app.answers.writing.kind_writer import Reading
from app.answers.writing.numbers_asked import states_number
from app.answers.writing.other_meanings import find_other_meanings, is_qualified
from app.answers.writing.said import YEAR, Fit, Said

_LEADS = re.compile(r"\bthe following (?:tables?|charts?|graphs?|discussion|summar)\w*|:\s*$", re.IGNORECASE)
_SUPPOSES = re.compile(
    r"^\W*(?:if|when|unless|should)\b|\b(?:if|unless|in the event)\b|\b(?:may|could|might|would)\b|\brisk"
    r"|\brequires?\b|\bnot (?:more|less) than\b|\bat (?:least|most)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"\b(?:limit(?:s|ed)?|permit(?:s|ted)?|restrict\w*|maximum|minimum|up to|may not|exceed)\b", re.IGNORECASE
)
_ASKS_TERMS = re.compile(
    r"\b(?:may|can|could|might|would|should|must|if|when|allow\w*|permit\w*|require\w*|limit\w*|covenants?|maximum|"
    r"minimum)\b",
    re.IGNORECASE,
)
_ASKS_OUTCOME = re.compile(
    r"\bwhat (?:became|has become|happened (?:to|with)|is the (?:status|outcome))\b|\boutcome\b|\bstatus of\b",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\b(?:dismiss|settl|resol|grant|den(?:y|ied)|rul|affirm|award|verdict|clos|complet|terminat|withdr|conclud"
    r"|agreed)\w*",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\bdue (?:primarily |mainly |largely |partly |principally |in (?:large )?part |entirely )?to\b"
    r"|\bdriven (?:\w+ )?by\b|\battribut\w+ to\b|\bbecause\b|\bas a result of\b|\bresult(?:ed|ing|s) (?:\w+ )?from\b"
    r"|\breflect(?:s|ed|ing)\b|\bcaused by\b|\bowing to\b|\bthanks to\b|\bled (?:\w+ )?by\b|\bon account of\b"
    r"|\bstemm\w+ from\b|\bin response to\b|\boffset by\b|\bhelped by\b|\b(?:the|main|primary) (?:reason|driver"
    r"|cause)s?\b|\bwhich (?:more than )?(?:made up|offset|raised|reduced|lowered)\b"
    r"|\bbenefit(?:ed|ing|s)? from\b|\bhurt by\b|\bimpacted by\b|\baffected by\b|, as (?:\w+ ){1,3}\w+(?:ed|ew"
    r"|ose|ell|ut|es?)\b|\bsince\b|\bto (?:fund|support|finance)\b"
    r"|\b(?:explain(?:s|ed)?|account(?:s|ed)? for|contributed to|made up|added|raised|lowered|reduced|drove"
    r"|caused|led to)\b|\b(?:there was|were) no\b|\bcompared (?:to|with) (?:no|none|zero|nil)\b",
    re.IGNORECASE,
)
_LONG = 300
PART = re.compile(
    r"\b(?:segments?|divisions?|business units?|subsidiar(?:y|ies)|reporting units?)\b"
    r"|\b(?:in|within|outside) (?:the )?(?:united states|u\.s|united kingdom|u\.k|europe|asia|china|japan|canada|mexico"
    r"|(?:north|latin|south) america|middle east|africa|americas|international)\b",
    re.IGNORECASE,
)
"""A sentence about a segment, a subsidiary or a region does not answer for the whole company."""


def features_of(reading: Reading, fit: Fit, writer: str, *, newest: int) -> dict[str, float]:
    """Return the features by name, most of them 1 if a sentence has something, and left out if it has not. `newest` is
    the last year that a document with a candidate reports on, or 0.
    """
    said, text, core = fit.said, fit.said.text, reading.understanding.core
    expected, years = reading.asked.expected, {str(year) for year in reading.understanding.periods.years}
    named, reported = set(YEAR.findall(text)), set(YEAR.findall(said.passage.period or ""))
    asks_terms = _ASKS_TERMS.search(core) is not None and reading.asked.kind is not QuestionKind.DATE
    supposes = _SUPPOSES.search(text) is not None
    states_expected = expected is not Expected.TEXT and has_expected(expected, _without_names(reading, text))
    signs = {
        "heading": said.is_heading and not states_expected,
        "leads": _LEADS.search(text) is not None,
        "bullet": said.is_bullet,
        "outside": not said.inside,
        "part": PART.search(text) is not None and PART.search(core) is None,
        "supposes": supposes and not asks_terms,
        "terms": asks_terms and (supposes or _LIMITS.search(text) is not None),
        "asked_year": bool(years & named),
        "other_year": bool(years and named) and not years & named,
        "asked_report": bool(years & reported),
        "other_report": bool(years and reported) and not years & reported,
        "older": not years and max(map(int, reported), default=0) < newest,
    }
    if expected is not Expected.TEXT:
        signs |= {"expected": states_expected, "not_expected": not states_expected}
    if writer == "reason":
        asked, stated = reading.asked.direction, find_direction(text)
        signs |= {
            "other_way": asked is not None and stated is not None and asked is not stated,
        }
    if (sure := defines(reading, said)) > 0:
        signs |= {"defines": sure > _PLAIN, "may_define": sure <= _PLAIN}
    if (relation := reading.relation) is not None:
        states = relation.states.search(text) is not None
        against = relation.against is not None and relation.against.search(text) is not None
        signs |= {"states": states and not against, "states_against": states and against}
    other = find_other_meanings(core, reading.asked.terms, said, writer)
    return (
        other
        | {name: 1.0 for name, is_so in signs.items() if is_so}
        | {
            "coverage": fit.coverage,
            "fit": fit.score,
            "rank": 1.0 / math.sqrt(said.passage.rank),
            "long": min(1.0, max(0.0, len(text) / _LONG - 1.0)),
        }
    )


_DECIMAL = re.compile(r"\d\.\d")


def can_answer(reading: Reading, said: Said, writer: str) -> bool:
    """Return whether a text has what any answer must have: a cause for "why", an outcome or a number if one is asked
    for.
    """
    if writer == "reason":
        return CAUSE.search(said.text) is not None
    if writer in ("fact", "figure", "list") and not states_number(reading, said.text):
        return False
    if writer == "figure" and is_qualified(reading.understanding.core, reading.asked.terms, said.text):
        return False
    if (
        writer == "figure"
        and reading.asked.expected is Expected.SHARE
        and not (has_expected(Expected.SHARE, said.text) or _DECIMAL.search(said.text))
    ):
        return False
    return not asks_outcome(reading) or _OUTCOME.search(said.text) is not None


def asks_outcome(reading: Reading) -> bool:
    """Return whether a question asks what became of something."""
    return _ASKS_OUTCOME.search(reading.understanding.core) is not None


_MEANS = (
    r"(?:[\"”’'»]|\b)\s*(?:\([^()]{0,60}\)\s*)?,?\s*(?:shall (?:mean|have the meaning)|means?\b|has the meaning"
    r"|is defined (?:as|to mean)|are defined as|is (?:calculated|computed|measured) (?:as|by)|refers? to|represents?\b"
    r"|is a (?:non-gaap )?measure|consists? of|includes?\b|equals?\b|=|is\b)"
)
_STRONG, _PLAIN = 1.0, 0.5


def defines(reading: Reading, said: Said) -> float:
    """Return how surely a text defines the term whose definition is asked for, from 0 to 1."""
    patterns = _defining(reading.asked.about) if reading.asked.kind is QuestionKind.DEFINITION else ()
    return next((sure for sure, pattern in patterns if pattern.search(said.text)), 0.0)


@lru_cache(maxsize=64)
def _defining(term: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    if not re.search(r"\w", term):
        return ()
    words = r"\W+".join(map(re.escape, term.split()))
    return tuple(
        (sure, re.compile(pattern, re.IGNORECASE))
        for sure, pattern in (
            (_STRONG, rf"[\"“‘'«]\W?{words}(?:s|es)?\W?{_MEANS}"),
            (_STRONG, rf"\b(?:define|calculate|compute|measure)s?d? (?:our )?{words}\b"),
            (_STRONG, rf"\b{words}\b[^.;]{{0,60}}\b(?:is|are) (?:defined|calculated|computed|measured)"),
            (_PLAIN, rf"^\W*(?:we define |the (?:term )?|our )?{words}\b[^.;]{{0,40}}?{_MEANS}"),
        )
    )


def _without_names(reading: Reading, text: str) -> str:
    """Return the text without the issuers' names, which are no answer to "who" or "where"."""
    for name in reading.understanding.issuer_names:
        text = text.replace(name, " ")
    return text

"""Signs that a sentence has the words of a question, but means something else: a qualified measure, the opposite, an
earlier time, a further cause, or a part of the company.
"""

import re
from collections.abc import Collection, Sequence

from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise

_QUALIFIED = re.compile(
    r"\b(?P<word>underlying|adjusted|organic|core|pro[ -]forma|normali[sz]ed|non-gaap|constant[ -]currency)"
    r"\s+(?P<measure>(?:[\w-]+\s+){0,2}[\w-]+)",
    re.IGNORECASE,
)
_EXCLUDES = re.compile(
    r"^\W*(?:excluding|exclusive of|before the (?:effect|impact)s? of|adjust(?:ed|ing) for)\b", re.IGNORECASE
)
_ASKS_EXCLUDING = re.compile(r"\b(?:exclud\w*|exclusive|without|adjust\w*|before)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|neither|nor|fail(?:s|ed)? to)\b|n['’]t\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:no|not|never|none|neither|nor|cannot|without|nothing|lacks?|lacked|except|exclud\w+|fail\w*|reject\w*"
    r"|declined to|refus\w+|unable|un(?!it|ion|ti|der|iver|iq|ifo)\w{5,}|non-?\w+)\b|n['’]t\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\b(?:after|since|following|subsequent to) (?:the )?(?:(?:end|close) of\b"
    r"|(?:fiscal )?(?:year|quarter|period)[- ]?end"
    r"|(?:balance sheet|reporting) date)",
    re.IGNORECASE,
)
_SAYS_AFTER = re.compile(r"\b(?:after|since|following|subsequent(?:ly)?|later)\b", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:also|additionally|in addition|further(?:more)?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[$€£]?\d[\d.,]*(?: (?:million|billion|thousand))?")
_OPENING = 8
"""Sentences whose first words are the same, figures aside, state the same of different parts of a company."""


def find_other_meanings(core: str, terms: Collection[str], said: Said, writer: str) -> dict[str, float]:
    """Return the signs, each 1. `core` is the question, `terms` its stems, `writer` who would quote the sentence."""
    text = said.text
    is_negative = _NOT.search(core) is not None and writer != "verdict"
    signs = {
        "qualified": is_qualified(core, terms, text),
        "affirms": is_negative and _DENIES.search(text) is None,
        "before_end": _AFTER.search(core) is not None and _SAYS_AFTER.search(text) is None,
        "further_cause": writer == "reason" and _ALSO.search(text) is not None and _ALSO.search(core) is None,
    }
    return {name: 1.0 for name, is_so in signs.items() if is_so}


def is_qualified(core: str, terms: Collection[str], text: str) -> bool:
    """Return whether a text states a measure only with a qualifier that the question does not have."""
    if _EXCLUDES.search(text) and not _ASKS_EXCLUDING.search(core):
        return True
    found = [match for match in _QUALIFIED.finditer(text) if match["word"].lower() not in core.lower()]
    qualified = {term for match in found for term in tokenise(match["measure"])}.intersection(terms)
    if not qualified:
        return False
    rest = _QUALIFIED.sub(" ", text)
    return not qualified.issubset(tokenise(rest))


def find_later_twins(units: Sequence[Said]) -> list[bool]:
    """Return for each unit whether an earlier page of its document has the same opening with other figures. Reports
    discuss the whole company first, then its segments in the same words.
    """
    openings = [_opening(unit.text) for unit in units]
    first: dict[tuple[object, tuple[str, ...]], int] = {}
    for unit, opening in zip(units, openings, strict=True):
        key = (unit.passage.version_id, opening)
        first[key] = min(unit.passage.page_number, first.get(key, unit.passage.page_number))
    return [
        len(opening) == _OPENING and first[unit.passage.version_id, opening] < unit.passage.page_number
        for unit, opening in zip(units, openings, strict=True)
    ]


def _opening(text: str) -> tuple[str, ...]:
    return tuple(_NUMBER.sub("#", text).lower().split()[:_OPENING])

"""Compares texts by words: content words without endings, directions, yes or no, dates, names."""

import calendar
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

_SMALL = """
    a about above after all also an and any are as at based be been before being between both but by can could
    did do does during each for from had has have he her his how if in into is it its may more most much no none
    not of on one or other our over part per she should so some such than that the their them then there these
    they this those through to under up upon was we were what when where which while who whose why will with
    within would you your answer company data fiscal following fy item metric million billion thousand percent
    please profile question state useful usd year years yes corp corporation inc llc llp ltd plc
"""
SMALL_WORDS = frozenset(_SMALL.split())
"""Words that carry no meaning of their own in questions and answers about filings."""

_WORD = re.compile(r"[a-z0-9][a-z0-9.'’]*[a-z0-9]|[a-z0-9]", re.IGNORECASE)
_ENDINGS = re.compile(r"(?:['’]s|ations?|ings?|ies|ied|es|ed|s|y|e)$")
_POLARITY = re.compile(r"^\W*(yes|no)\b(?=\s*(?:[,.:;—–-]|$))", re.IGNORECASE)
_NOT = re.compile(r"\b(?:no|not|none|never|neither|nor|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w&.'’-]*(?:\s+(?:[A-Z][\w&.'’-]*|[&]))*")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_DAY = re.compile(
    rf"\b(?P<m1>{'|'.join(_MONTHS)})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>(?:19|20)\d\d)\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{'|'.join(_MONTHS)}),?\s+(?P<y2>(?:19|20)\d\d)\b"
    r"|\b(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)\b",
    re.IGNORECASE,
)


class Direction(StrEnum):
    """Where a measure goes."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"


_DIRECTIONS = {
    Direction.UP: re.compile(
        r"\b(?:rose|risen|ris(?:e|es|ing)|increas\w*|improv\w*|grew|grow\w*|higher|jump\w*|climb\w*|expand\w*|widen\w*"
        r"|gain(?:ed|s)?)\b",
        re.IGNORECASE,
    ),
    Direction.DOWN: re.compile(
        r"\b(?:fell|fall(?:s|en|ing)?|decreas\w*|declin\w*|drop\w*|lower(?:ed)?|reduc\w*|deteriorat\w*|shr[aiu]nk\w*"
        r"|worsen\w*|contract(?:ed|ing)|narrow\w*)\b",
        re.IGNORECASE,
    ),
    Direction.FLAT: re.compile(r"\b(?:flat|unchanged|stable|constant|did not change|the same)\b", re.IGNORECASE),
}


def stem(word: str) -> str:
    """Return a word in lower case without a common ending, so that "leases", "leased" and "leasing" are equal."""
    plain = word.lower().strip(".'’")
    short = _ENDINGS.sub("", plain)
    return short if len(short) >= 3 else plain


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning, without numbers and years."""
    words = (word for word in _WORD.findall(text) if word.lower() not in SMALL_WORDS and not word[0].isdigit())
    return frozenset(map(stem, words))


def directions_in(text: str) -> frozenset[Direction]:
    return frozenset(direction for direction, pattern in _DIRECTIONS.items() if pattern.search(text))


def direction_of(text: str) -> Direction | None:
    """Return the direction that a text states, or None if it states none or several."""
    found = directions_in(text)
    return next(iter(found)) if len(found) == 1 else None


def without_directions(text: str) -> str:
    for pattern in _DIRECTIONS.values():
        text = pattern.sub(" ", text)
    return text


def polarity(text: str) -> str | None:
    """Return the yes or no with which a text begins. "No customer …" is no such no."""
    match = _POLARITY.match(text)
    return match.group(1).lower() if match else None


def is_negative(text: str) -> bool:
    return _NOT.search(text) is not None


def names_in(text: str) -> list[str]:
    """Return the capitalised names of a text, except at the beginning of a sentence."""
    return [match.group() for match in _NAME.finditer(text)]


def days_in(text: str) -> list[date]:
    """Return the complete dates of a text, in order."""
    found = []
    for match in _DAY.finditer(text):
        year, month, day = (match[f"{part}1"] or match[f"{part}2"] or match[f"{part}3"] for part in "ymd")
        try:
            found.append(date(int(year), _MONTHS.get(month.lower()) or int(month), int(day)))
        except ValueError:
            continue
    return found


def share_in(words: frozenset[str], texts: Iterable[str]) -> float:
    """Return the share of the words that the texts contain."""
    held = content_words(" ".join(texts))
    return len(words & held) / len(words) if words else 0.0

"""Find issuers by names that are not stored: first words, initials, blends of words, and misspellings.

These names are looked up only if a question names no issuer exactly, or also has another name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.documents.issuers import normalise_issuer
from app.retrieval.questions.common_words import (
    is_acronym_of_finance,
    is_common_word,
    is_never_an_issuer,
    is_place,
)
from app.retrieval.questions.issuers import NamedIssuers, VisibleIssuer
from app.retrieval.questions.spans import QuestionWords

_MOST_SHARING = 4  # a short name of more issuers names none
_LONGEST = 4  # words
_MOST_SPANS = 24
_LONGEST_BLEND = 8
# A misspelling may have one wrong letter in 6 letters, and two in 10 (of the name without spaces). In shorter names,
# only a letter too many and two letters in the wrong order are misspellings: other words are too near.
_ONE_WRONG, _TWO_WRONG, _SHORTEST = 6, 10, 4


class Nearness(StrEnum):
    """How a phrase names an issuer, surest first."""

    FIRST_WORDS = "first words"
    INITIALS = "initials"
    MISSPELT = "misspelt"


@dataclass(frozen=True, slots=True)
class NearName:
    """A phrase that probably names issuers, and how."""

    named: NamedIssuers
    nearness: Nearness


@dataclass(frozen=True, slots=True)
class _Span:
    text: str
    key: str
    joined: str
    start: int
    stop: int
    is_acronym: bool
    is_unknown: bool  # some word is neither common nor a place


def find_near(
    words: QuestionWords, issuers: Sequence[VisibleIssuer], taken: Sequence[NamedIssuers] = ()
) -> tuple[NearName, ...]:
    """Return the phrases, outside those that name issuers, that probably name issuers; in order, and without overlaps.

    First words and initials count before misspellings.
    """
    spans = list(_spans(words, taken))
    found: list[NearName] = []
    for nearness, find in _KINDS:
        for span in spans:
            if any(near.named.start < span.stop and span.start < near.named.stop for near in found):
                continue
            issuers_of_span = find(span, issuers)
            if 0 < len(issuers_of_span) <= _MOST_SHARING:
                named = NamedIssuers(span.text, tuple(issuers_of_span), span.start, span.stop)
                found.append(NearName(named, nearness))
    return tuple(sorted(found, key=lambda near: near.named.start))


def _spans(words: QuestionWords, taken: Sequence[NamedIssuers]) -> Iterator[_Span]:
    count = 0
    for start, length in words.spans():
        stop = start + length
        if length > _LONGEST or any(match.start < stop and start < match.stop for match in taken):
            continue
        span = words.words[start:stop]
        if is_never_an_issuer(word.text for word in span) or any(is_acronym_of_finance(word.text) for word in span):
            continue
        text = words.text[span[0].start : span[-1].start + len(span[-1].text)]
        key = normalise_issuer(text)
        is_acronym = length == 1 and span[0].text.isupper() and not words.is_upper
        if not key:
            continue
        is_unknown = not all(words.common[at] or is_place(words.words[at].text) for at in range(start, stop))
        yield _Span(text, key, key.replace(" ", ""), start, stop, is_acronym, is_unknown)
        count += 1
        if count == _MOST_SPANS:
            return


def _by_first_words(span: _Span, issuers: Sequence[VisibleIssuer]) -> list[VisibleIssuer]:
    """Find issuers whose key begins with the phrase ("Example" for "Example Resorts International"), or goes on with
    ".com" only.
    """
    if not span.is_unknown or (len(span.joined) < _SHORTEST and not span.is_acronym):
        return []
    begin, site = f"{span.key} ", f"{span.joined}com"
    return [one for one in issuers if one.key.startswith(begin) or one.key == site]


def _by_initials(span: _Span, issuers: Sequence[VisibleIssuer]) -> list[VisibleIssuer]:
    """Find issuers by the initials of all words of their keys, or by the beginnings of the words ("ExGla")."""
    if span.stop - span.start > 1 or len(span.joined) > _LONGEST_BLEND:
        return []
    letters = span.joined.removesuffix("and") if "&" not in span.text else "".join(span.key.split(" and "))
    found = []
    for issuer in issuers:
        parts = [part for part in issuer.key.split(" ") if part not in ("and", "of", "the")]
        if len(parts) < 2 or parts[0][0] != letters[:1]:
            continue
        is_initials = span.is_acronym and letters == "".join(part[0] for part in parts)
        if is_initials or (span.is_unknown and len(letters) >= _SHORTEST and _is_blend(letters, parts)):
            found.append(issuer)
    return found


def _is_blend(letters: str, parts: Sequence[str]) -> bool:
    """Return whether letters are the beginnings, of at least two letters, of all words in order."""
    if not parts:
        return not letters
    part = parts[0]
    return any(
        letters.startswith(part[:size]) and _is_blend(letters[size:], parts[1:])
        for size in range(2, min(len(part), len(letters)) + 1)
        if letters[:size] == part[:size]
    )


def _by_spelling(span: _Span, issuers: Sequence[VisibleIssuer]) -> list[VisibleIssuer]:
    """Find the issuers whose names have the fewest letters wrong."""
    text = span.joined
    if not span.is_unknown or len(text) < _SHORTEST or any(map(str.isdigit, text)):
        return []
    count = span.stop - span.start
    best: list[VisibleIssuer] = []
    least = 3
    for issuer in issuers:
        wrong = min((_wrong_letters(text, form) for form in _spellings(issuer, count)), default=3)
        if wrong < least:
            best, least = [issuer], wrong
        elif wrong == least < 3:
            best.append(issuer)
    return best


def _spellings(issuer: VisibleIssuer, count: int) -> Iterator[str]:
    """Yield the names without spaces that a misspelling of `count` words may mean."""
    parts = issuer.key.split(" ")
    yield "".join(parts)
    if len(parts) > count and not is_common_word(parts[0]):
        yield "".join(parts[:count])
    for alias in issuer.aliases:
        if len(alias) >= _ONE_WRONG:
            yield alias.replace(" ", "")


def _wrong_letters(text: str, form: str) -> int:
    """Return how many letters are wrong; 3 if they are too many for the length of the name."""
    size = len(form)
    most = 2 if size >= _TWO_WRONG else 1
    if abs(len(text) - size) > most or size < _SHORTEST or text[0] != form[0]:
        return 3
    if size < _ONE_WRONG:
        return 1 if _is_slip(text, form) else 3
    wrong = bounded_distance(text, form, most)
    return wrong if wrong <= most else 3


def _is_slip(text: str, form: str) -> bool:
    """Return whether two letters are in the wrong order, or a letter is doubled or not."""
    if len(text) == len(form):
        differing = [at for at in range(len(text)) if text[at] != form[at]]
        return (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and (text[differing[0]], text[differing[1]]) == (form[differing[1]], form[differing[0]])
        )
    longer, shorter = sorted((text, form), key=len, reverse=True)
    return any(
        longer[at] == longer[at - 1] and longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer))
    )


def bounded_distance(one: str, other: str, most: int) -> int:
    """Return the optimal string alignment distance (insertions, deletions, substitutions, and transpositions of
    neighbours), or `most` + 1 if it is larger. Takes time proportional to len(one) × most.
    """
    above, before = list(range(len(other) + 1)), list[int]()
    for row, letter in enumerate(one, start=1):
        low, high = max(1, row - most), min(len(other), row + most)
        current = [most + 1] * (len(other) + 1)
        current[0] = row
        for column in range(low, high + 1):
            cost = min(above[column] + 1, current[column - 1] + 1, above[column - 1] + (letter != other[column - 1]))
            if row > 1 < column and letter == other[column - 2] and one[row - 2] == other[column - 1]:
                cost = min(cost, before[column - 2] + 1)
            current[column] = cost
        if min(current[low - 1 : high + 1]) > most:
            return most + 1
        before, above = above, current
    return min(above[-1], most + 1)


_KINDS: tuple[tuple[Nearness, Callable[[_Span, Sequence[VisibleIssuer]], list[VisibleIssuer]]], ...] = (
    (Nearness.FIRST_WORDS, _by_first_words),
    (Nearness.INITIALS, _by_initials),
    (Nearness.MISSPELT, _by_spelling),
)

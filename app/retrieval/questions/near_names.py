"""Find issuers by names that are not stored: first words, initials, blends of words, and misspellings.

These names are looked up only if a question names no issuer exactly, or also has another name.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
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
_MOST_SPANS = 40
_LONGEST_BLEND = 8
_SHORTEST_INITIALS = 3  # two initials are those of too many issuers, unless they have an "&"
_TOO_MANY = 3
_INITIALS = re.compile(r"^(?:[a-z] ){1,3}(?=[a-z]{3})")
_PART_OF_YEAR = re.compile(r"[1-4][qh]\d*|[qh][1-4]|fy\d+|\d+m")
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
    is_owner: bool


_Match = tuple[_Span, list[VisibleIssuer]]


def find_near(
    words: QuestionWords, issuers: Sequence[VisibleIssuer], taken: Sequence[NamedIssuers] = ()
) -> tuple[NearName, ...]:
    """Return the phrases, outside those that name issuers, that probably name issuers; in order, and without overlaps.

    First words and initials count before misspellings.
    """
    distinct = {span.joined: span for span in _spans(words, taken)}
    spans = list(distinct.values())[-_MOST_SPANS:]  # the shortest, longest first
    found: list[NearName] = []
    for nearness, find in _KINDS:
        free = [span for span in spans if not any(_overlap(span, near.named) for near in found)]
        for span, issuers_of_span in find(free, issuers) if free else ():
            if len(issuers_of_span) > _MOST_SHARING or any(_overlap(span, near.named) for near in found):
                continue
            if any(_continues(span, issuers_of_span, near.named) for near in found):  # "J.K." of "J.K. Example"
                continue
            named = NamedIssuers(span.text, tuple(issuers_of_span), span.start, span.stop)
            found.append(NearName(named, nearness))
    return tuple(sorted(found, key=lambda near: near.named.start))


def _overlap(one: _Span | NamedIssuers, other: NamedIssuers) -> bool:
    return other.start < one.stop and one.start < other.stop


def _continues(span: _Span, issuers: Sequence[VisibleIssuer], other: NamedIssuers) -> bool:
    """Return whether a phrase stands beside one that names the same issuers."""
    is_beside = span.start == other.stop or span.stop == other.start
    return is_beside and {issuer.key for issuer in issuers} == {issuer.key for issuer in other.issuers}


def _spans(words: QuestionWords, taken: Sequence[NamedIssuers]) -> Iterator[_Span]:
    for start, length in words.spans():
        stop = start + length
        span = words.words[start:stop]
        if length > _LONGEST or any(match.start < stop and start < match.stop for match in taken):
            continue
        if is_never_an_issuer(word.text for word in span) or any(is_acronym_of_finance(word.text) for word in span):
            continue
        text = words.text_of(start, length)
        key = normalise_issuer(text)
        unknown = [not is_common_word(part) and not is_place(part) for part in key.split(" ")]
        if not words.shows_names and not (unknown[0] or unknown[-1]):
            continue
        is_acronym = length == 1 and span[0].text.isupper() and not words.is_upper
        if key:
            is_owner = span[-1].is_owner
            yield _Span(text, key, key.replace(" ", ""), start, stop, is_acronym, any(unknown), is_owner)


def _by_first_words(spans: Sequence[_Span], issuers: Sequence[VisibleIssuer]) -> Iterator[_Match]:
    """Find issuers whose key begins with the phrase ("Example" for "Example Resorts International"), also without
    initials of a person ("J. Example Corp."), goes on with ".com" only, or differs by an "s" at its
    end.
    """
    surnames = {one.key: f"{_INITIALS.sub('', one.key)} " for one in issuers if one.key[1:2] == " "} if spans else {}
    for span in spans:
        if not span.is_unknown and " " not in span.key:
            continue
        same = {f"{span.joined}com"} if span.is_unknown else set()
        if " " in span.key:
            same |= {f"{span.key}s", span.key.removesuffix("s")}
        is_long = span.is_unknown and (len(span.joined) >= _SHORTEST or span.is_acronym or _is_code(span.joined))
        begin = f"{span.key} "
        found = [
            one
            for one in issuers
            if (is_long and (one.key.startswith(begin) or surnames.get(one.key, "").startswith(begin)))
            or one.key in same
        ]
        if found:
            yield span, found


def _is_code(joined: str) -> bool:
    """Return whether a word has digits and letters ("c5") and is no quarter or half of a year."""
    has_both = any(map(str.isdigit, joined)) and any(map(str.isalpha, joined))
    return has_both and not _PART_OF_YEAR.fullmatch(joined)


def _by_initials(spans: Sequence[_Span], issuers: Sequence[VisibleIssuer]) -> Iterator[_Match]:
    """Find issuers by the initials of all words of their keys, or by the beginnings of the words ("ExGla")."""
    short = [span for span in spans if span.stop - span.start == 1 and len(span.joined) <= _LONGEST_BLEND]
    if not short:
        return
    letters_of_spans = {span.joined[0] for span in short}
    parts_of = [
        (issuer, [part for part in issuer.key.split(" ") if part not in ("and", "of", "the")])
        for issuer in issuers
        if issuer.key[:1] in letters_of_spans and " " in issuer.key
    ]
    for span in short:
        letters = "".join(span.key.split(" and ")) if "&" in span.text else span.joined
        is_acronym = span.is_acronym and (len(letters) >= _SHORTEST_INITIALS or "&" in span.text)
        is_blend = span.is_unknown and len(letters) >= _SHORTEST
        found = [
            issuer
            for issuer, parts in parts_of
            if len(parts) > 1
            and parts[0][0] == letters[:1]
            and (
                (is_acronym and letters == "".join(part[0] for part in parts))
                or (is_blend and _is_blend(letters, parts))
            )
        ]
        if found:
            yield span, found


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


def _by_spelling(spans: Sequence[_Span], issuers: Sequence[VisibleIssuer]) -> Iterator[_Match]:
    """Find the issuers whose names have the fewest letters wrong. Only names of about the same length that begin with
    the same letter are compared.
    """
    texts = {
        (text[0], len(text), text, span)
        for span in spans
        if span.is_unknown
        for text in ((span.joined, f"{span.joined}s") if span.is_owner else (span.joined,))
        if len(text) >= _SHORTEST and not any(map(str.isdigit, text))
    }
    by_shape: dict[tuple[str, int], list[tuple[str, _Span]]] = {}
    for letter, length, text, span in texts:
        by_shape.setdefault((letter, length), []).append((text, span))
    best: dict[_Span, tuple[int, dict[str, VisibleIssuer]]] = {}
    first_letters = {letter for letter, _ in by_shape}
    for issuer in issuers if by_shape else ():
        for form, count in _spellings(issuer, first_letters):
            size = len(form)
            for length in range(size - 2, size + 3):
                for text, span in by_shape.get((form[0], length), ()):
                    if count is not None and count != span.stop - span.start:
                        continue
                    wrong = _wrong_letters(text, form)
                    least, found = best.get(span, (_TOO_MANY, {}))
                    if wrong < least:
                        best[span] = (wrong, {issuer.key: issuer})
                    elif wrong == least < _TOO_MANY:
                        found[issuer.key] = issuer
    for span in spans:
        if span in best:
            yield span, list(best[span][1].values())


def _spellings(issuer: VisibleIssuer, first_letters: Set[str]) -> Iterator[tuple[str, int | None]]:
    """Yield the names without spaces that may be misspelt, with the number of words that must mean them; None for any
    number. First words stand for longer names.
    """
    if issuer.key[:1] in first_letters:
        parts = issuer.key.split(" ")
        yield "".join(parts), None
        if len(parts) > 1 and not is_common_word(parts[0]):
            for count in range(1, min(len(parts), _LONGEST)):
                yield "".join(parts[:count]), count
    for alias in issuer.aliases:
        if len(alias) >= _ONE_WRONG and alias[0] in first_letters:
            yield alias.replace(" ", ""), None


def _wrong_letters(text: str, form: str) -> int:
    """Return how many letters are wrong; `_TOO_MANY` if that is no misspelling of a name of this length."""
    size = len(form)
    most = 2 if size >= _TWO_WRONG else 1
    if abs(len(text) - size) > most or size < _SHORTEST or text[0] != form[0]:
        return _TOO_MANY
    if size < _ONE_WRONG:
        return 1 if _is_slip(text, form) else _TOO_MANY
    wrong = bounded_distance(text, form, most)
    return wrong if wrong <= most else _TOO_MANY


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


_KINDS: tuple[tuple[Nearness, Callable[[Sequence[_Span], Sequence[VisibleIssuer]], Iterator[_Match]]], ...] = (
    (Nearness.FIRST_WORDS, _by_first_words),
    (Nearness.INITIALS, _by_initials),
    (Nearness.MISSPELT, _by_spelling),
)

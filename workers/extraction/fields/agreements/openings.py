"""Reads how an agreement opens: its title, its own date, and the date of the agreement that it amends or restates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.quantities.dates import DATE
from workers.extraction.days import find_days
from workers.extraction.fields.agreements.script import Script

_KINDS: Final = (
    r"AGREEMENT|Agreement|AMENDMENT|Amendment|WAIVER|Waiver|CONSENT|Consent|JOINDER|Joinder|SUPPLEMENT"
    r"|Supplement|INDENTURE"
    r"|Indenture|EXTENSION|Extension|NOTICE|FACILITY|Facility"
)
_OPENING: Final = re.compile(
    rf"(?:^|(?<=\n))(?:(?:THIS|This) )?((?:[A-Z][^\n\"()]{{0,110}} )?(?:{_KINDS})(?: [Nn][Oo]\. ?\d{{1,2}}| "
    rf"NUMBER \d{{1,2}})?"
    rf"(?: (?:TO|to|TO THE|to the|UNDER|under|AND|and)(?: [A-Z][^\n\"()]{{0,90}})?(?: "
    rf"{'(?:AGREEMENT|Agreement|AMENDMENT|Amendment)'}))?)"
    r",? ?(?:\((?:this|the|as|[\"])|is (?:dated|made|entered|effective|by)|,? ?(?:dated|made|entered|effective"
    r"|Dated|DATED)\b|(?:by and )?(?:among|between)\b)"
)
_HEADING: Final = re.compile(rf"\b(?:{_KINDS})\b")
_UNFINISHED: Final = re.compile(
    r"(?:\b(?:to|and|restated|the|senior|secured|of|no\. ?\d{1,2}|amendment|term|credit|revolving|loan))$", re.I
)
_SHORT_TITLE: Final = re.compile(
    r"(?:AGREEMENT|Agreement|AMENDMENT|Amendment|FACILITY|Facility|NOTICE|CONSENT|Consent|DEED)"
)
_NOT_TITLE: Final = re.compile(r"\d{4}|exhibit|dated|schedule|page|execution|conformed|as amended|[.;:]$|\$", re.I)
_OWN: Final = re.compile(
    r"(?:entered into|made|effective|executed|dated|is dated)(?: and (?:made|entered into|effective|dated))?(?: "
    r"as)?(?: of)?(?: on)?(?: this| the)?,?$",
    re.I,
)
_AMENDS: Final = re.compile(
    r"\b(?:amendment|waiver|extension|consent|supplement|joinder|incremental|refinancing|conforming)\b", re.I
)
_RESTATES: Final = re.compile(r"\bamended and restated\b|\brestatement\b", re.I)
_OTHER: Final = re.compile(
    r"(?:that certain|\bthe|\bto|\bunder|\bexisting|\boriginal|\ba|\bcertain|\bthose) (?:[\w$&,'-]+ ){0,9}?"
    r"(?:credit|loan|facilit(?:y|ies)|financing|purchase|letter|note)"
    r"[\w,' -]{0,40}?(?:agreement|facility)(?: ?\([^()\n]{0,60}\))?,? (?:originally |initially )?(?:dated"
    r"|entered into|made)(?: as of| on| as at)? ?(?:the )?$",
    re.I,
)
_CONFORMED: Final = re.compile(
    rf"\n(?:THIS |This )?(?:[A-Z][\w&-]{{1,20}} ){{0,6}}(?:AGREEMENT|Agreement)(?: \([^()\n]{{0,60}}\))?,? (?:is "
    rf")?(?:dated|entered into|made)"
    rf"(?: and entered into)?(?: as of| on)?(?: the)? ?(?={DATE}|\d{{1,2}}(?:st|nd|rd|th)? day)",
    re.I,
)
_SMALL: Final = frozenset(("to", "of", "and", "the", "for", "a", "an", "in", "by", "with", "on"))
_COVER, _RECITALS, _REACH = 9_000, 30_000, 2_500
_ROMAN: Final = re.compile(r"[IVX]{2,}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A text at `start` to `end` of the flow."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date that the words from `start` to `end` of the flow state."""

    value: date
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Opening:
    """What the opening says. `amends` says that the document amends another agreement."""

    title: Placed | None
    own: Day | None
    original: Day | None
    amends: bool
    body: int


def read_opening(script: Script) -> Opening:
    """Return what the opening of an agreement says."""
    text = script.text
    paragraph = _OPENING.search(text, 0, _COVER * 2)
    title = _title(text, paragraph)
    amends = title is not None and bool(_AMENDS.search(title.text))
    start = paragraph.start() if paragraph else 0
    own = _own_day(script, start if paragraph else None)
    original = None
    if amends or (title is not None and _RESTATES.search(title.text)):
        original = _original_day(text, own)
    return Opening(title, own, original, amends, start)


def _title(text: str, paragraph: re.Match[str] | None) -> Placed | None:
    stated = None
    if paragraph:
        words = paragraph.group(1).strip(" ,")
        stated = Placed(words, paragraph.start(1), paragraph.start(1) + len(words))
        if not _SHORT_TITLE.fullmatch(words):
            return stated
    return _heading(text[: paragraph.start() if paragraph else _COVER]) or stated


def _heading(cover: str) -> Placed | None:
    """Return the first heading that names an agreement; lines of one heading are joined."""
    lines = list(re.finditer(r"[^\n\t]+", cover))
    for number, line in enumerate(lines):
        words = line.group().strip()
        if len(words) > 150 or not _HEADING.search(words) or _NOT_TITLE.search(words):
            continue
        first, last = number, number
        while (
            first > 0
            and _is_part(lines[first - 1].group().strip())
            and _UNFINISHED.search(lines[first - 1].group().strip())
        ):
            first -= 1
        while (
            last + 1 < len(lines)
            and _is_part(lines[last + 1].group().strip())
            and _goes_on(words, lines[last + 1].group())
        ):
            last += 1
            words = lines[last].group().strip()
        start, end = lines[first].start(), lines[last].end()
        return Placed(cover[start:end], start, end)
    return None


def _is_part(words: str) -> bool:
    return len(words) < 90 and not _NOT_TITLE.search(words)


def _goes_on(words: str, following: str) -> bool:
    plain = following.strip()
    if plain.casefold() in ("to", "to the", "and", "under"):
        return True
    return (
        bool(_UNFINISHED.search(words))
        and bool(_HEADING.search(plain) or _UNFINISHED.search(plain))
        and plain.isupper() == words.isupper()
    )


def print_title(words: str) -> str:
    """Return a title on one line, in title case if it is printed in capitals."""
    plain = " ".join(words.split())
    letters = [letter for letter in plain if letter.isalpha()]
    if sum(letter.isupper() for letter in letters) * 10 < len(letters) * 7:
        return plain
    parts = [_cased(part, number) for number, part in enumerate(plain.split(" "))]
    return " ".join(parts)


def _cased(word: str, number: int) -> str:
    if _ROMAN.fullmatch(word.strip(",.")):
        return word
    low = word.casefold()
    if number and low in _SMALL:
        return low
    return "-".join(part[:1].upper() + part[1:] for part in low.split("-"))


def _own_day(script: Script, opening: int | None) -> Day | None:
    text = script.text
    if opening is not None:
        end = min(text.find("\n", opening) if "\n" in text[opening:] else len(text), opening + _REACH)
        days = list(find_days(text, opening, end))
        marked = [each for each in days if _OWN.search(text[max(opening, each[1] - 60) : each[1]].rstrip())]
        own = [each for each in marked if not _is_other(text, opening, each[1], each[2])]
        entered = [
            each
            for each in own
            if re.search(
                r"(?:entered|made|effective)[\w ]{0,30}$", text[max(opening, each[1] - 50) : each[1]].rstrip(), re.I
            )
        ]
        for choice, confidence in ((entered, 0.95), (own, 0.95), (marked[:1] if len(days) == 1 else [], 0.8)):
            if choice:
                day, start, stop = choice[0]
                return Day(day, opening, max(stop, start), confidence)
    return _cover_day(text, opening if opening is not None else _COVER)


def _is_other(text: str, opening: int, start: int, end: int) -> bool:
    """Return whether a date is that of another agreement that the opening names."""
    if re.match(r",? ?\((?:this|the \"Agreement|as amended hereby)", text[end : end + 30]):
        return False
    before = text[max(opening, start - 220) : start]
    own = before.rfind("(this ")
    found = _OTHER.search(before if own < 0 else before[own:])
    is_in_title = (
        found is not None and own < 0 and not re.search(r"\bthat certain|\bexisting|\boriginal", found.group(), re.I)
    )
    if is_in_title and not re.search(r"(?:entered|made|dated)", text[end : end + 200]):
        return False
    return found is not None


def _cover_day(text: str, end: int) -> Day | None:
    """Return the date of the cover: after "dated", else on a line of its own."""
    alone = None
    for day, start, stop in find_days(text, 0, end):
        before = text[max(0, start - 40) : start].rstrip()
        if re.search(r"\bdated(?: as)?(?: of)?(?: the)?$", before, re.I) and not _OTHER.search(
            text[max(0, start - 200) : start]
        ):
            return Day(day, max(0, start - len("dated as of ")), stop, 0.92)
        line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", stop)
        if alone is None and line_start == start and line_end == stop:
            alone = Day(day, start, stop, 0.85)
    return alone


def _original_day(text: str, own: Day | None) -> Day | None:
    for day, start, stop in _days_of_others(text, 0, _RECITALS):
        if own is None or day != own.value:
            return Day(day, max(0, text.rfind("\n", 0, start) + 1, start - 160), stop, 0.93)
    found = next(
        (each for each in _CONFORMED.finditer(text, own.end if own else 0) if each.end() > (own.end if own else 0)),
        None,
    )
    if found:
        for day, _start, stop in find_days(text, found.end(), found.end() + 40):
            if own is None or day < own.value:
                return Day(day, found.start() + 1, stop, 0.88)
    return None


def _days_of_others(text: str, start: int, end: int) -> Iterator[tuple[date, int, int]]:
    for day, at, stop in find_days(text, start, min(end, len(text))):
        if _OTHER.search(text[max(0, at - 200) : at]):
            yield day, at, stop

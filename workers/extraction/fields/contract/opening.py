"""The opening of a contract: its title, and the sentence that names the parties."""

import re
from dataclasses import dataclass
from typing import Final

from workers.extraction.fields.flow import Flow
from workers.extraction.fields.reader import ReadDocument

_NEAR: Final = 40_000
"""Characters of the flow in which a contract opens; long covers and tables of contents stand before."""

_LONGEST: Final = 4_000
_ENOUGH: Final = 6
_COVER: Final = 2_500
_BEFORE: Final = 700

NAMING: Final = (
    r"(?:agreement|contract|addendum|amendment|license|lease|deed|memorandum|undertaking|indenture"
    r"|arrangement|exhibit"
    r"|schedule|order|statement +of +work|terms|letter|guaranty|guarantee|settlement|protocol|plan)"
)
_BETWEEN: Final = re.compile(
    r"\b(?:is +)?(?:(?:entered +into|made|executed) +)?(?:by +and +)?(?:between|among(?:st)?)\b(?: +(?:and "
    r"+among|among))?[:,]? *"
    r"|\b(?:entered +into|made|executed|signed)(?: +[\w,]+){0,8}? +by +(?!and\b)|\bparties *: *"
    r"|\b(?:entered +into|executed|signed)\b[^.;]{0,120},? +by +(?!and\b|the +part)|\bparties +(?=\(1\))",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"\b{NAMING}\b", re.IGNORECASE)
_MADE: Final = re.compile(r"\b(?:made|entered|executed|dated|effective|concluded|signed)\b", re.IGNORECASE)
_STOP: Final = re.compile(
    r"\bW *I *T *N *E *S *S *E *T *H\b|\bR *E *C *I *T *A *L *S?\b|\bWHEREAS\b|\bWhereas\b|\bBACKGROUND\b"
    r"|\bNOW,? +THEREFORE\b"
    r"|\bPREAMBLE\b|\b(?:hereby +)?agree(?:s|d)?(?: +as +follows|:)|\bfollowing +(?:terms|recitals|facts)\b"
    r"|\bIN +CONSIDERATION\b|\bIn +consideration\b|\b(?:ARTICLE|Article|SECTION|Section) +(?:1|I|ONE|One)\b"
    r"|\. +(?:1|I|A)\. +[A-Z]"
)

SENTENCE_END: Final = re.compile(
    r"(?<!\bInc)(?<!\bINC)(?<!\bCorp)(?<!\bCORP)(?<!\bCo)(?<!\bLtd)(?<!\bLTD)(?<!\bPte)(?<!\bPty)(?<!\bBros)(?<!\bPLC)(?<!\bPlc)(?<!\bNo)(?<!\bSt)(?<!\bAve)"
    r"(?<!\bBlvd)(?<!\bRd)"
    r"(?<!\bSte)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\b[A-Z])\.\"? +(?=[A-Z(\"])"
)
"""A full stop that ends a sentence with names and addresses."""

_NUMBERED: Final = re.compile(r"\(?(?:[2-9]|ii|iii|b|c)\) *[A-Z]")
"""The next party of a numbered list."""

_SECOND: Final = re.compile(r";| and |\band\b *[\"(A-Z]|\(2\)|\(ii\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opening:
    """The sentence that names the parties: `start` to `end` of the flow. The parties' names begin at `parties`."""

    start: int
    parties: int
    end: int


def find_opening(document: ReadDocument) -> Opening | None:
    """Return the opening of a contract, or None if no sentence says between whom it is."""
    return document.once("contract.opening", lambda: _find(document.flow))


def _find(flow: Flow) -> Opening | None:
    text = flow.text
    best: tuple[int, Opening] | None = None
    for found in _BETWEEN.finditer(text, 0, _NEAR):
        start = max(found.start() - _BEFORE, 0)
        before = text[start : found.start()]
        named = list(_NAMED.finditer(before))
        if not named or not text[found.end() : found.end() + 1].strip():
            continue
        first = _sentence_start(text, start, found.start())
        if not _NAMED.search(text, first, found.start()):
            first = start + named[-1].start()
        opening = Opening(first, found.end(), _end(text, found.end()))
        after = text[found.end() : opening.end]
        says_both = "and" in found.group().lower() and "by" in found.group().lower()
        is_made = _MADE.search(before[-160:] + found.group()) is not None
        if not (says_both or is_made or found.start() < _COVER):
            continue
        points = 3 * says_both + 2 * is_made
        points += 2 * ('("' in after or '["' in after or "(the" in after or "('" in after) + bool(
            re.search(r" and |;|\(2\)", after)
        )
        points -= found.start() > 15_000
        points += bool(re.match(r"[\"'(]*[A-Z0-9]", text[found.end() : found.end() + 3]))
        if best is None or points > best[0]:
            best = points, opening
        if points >= _ENOUGH:
            break  # contracts among the exhibits come after the contract itself
    return best[1] if best is not None and best[0] >= 4 else None


def _sentence_start(text: str, first: int, at: int) -> int:
    """Return the start of the words that lead to `at`: after the last full stop or blank line before it."""
    start = first
    for found in re.finditer(r"(?<=[a-z)\"])[.:;] +(?=[A-Z\"(])|  +(?=[A-Z\"(])", text[first:at]):
        start = first + found.end()
    # A line that ends within the sentence begins no new one: go back to the word that begins it.
    opened = [found.start() for found in re.finditer(r"\b(?:THIS|This)\b", text[first:at])]
    return min(start, first + opened[-1]) if opened else start


def _end(text: str, start: int) -> int:
    """Return the end of the sentence with the parties: before the recitals, and after at least two names."""
    stop = _STOP.search(text, start + 20, start + _LONGEST)
    end = stop.start() if stop else min(len(text), start + _LONGEST // 2)
    for found in SENTENCE_END.finditer(text, start + 20, end):
        if _SECOND.search(text, start + 3, found.start() + 1) and not _NUMBERED.match(text, found.end()):
            return found.start() + 1
    return end

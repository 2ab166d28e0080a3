"""Rules for the definition of EBITDA: its words, its add-backs, and the caps on them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.value_codec import MAX_TEXT
from app.review.values import TextValue
from workers.extraction.fields.agreements.definitions import Definition
from workers.extraction.fields.agreements.figures import MONEY, PERCENT
from workers.extraction.fields.agreements.script import Found, Script, list_of, propose, script_of
from workers.extraction.fields.reader import ReadDocument, rule

_TERM: Final = (
    r"(?:consolidated |adjusted |consolidated adjusted )?ebitdar?x?",
    (
        r"(?:(?:consolidated|adjusted|pro forma|covenant|total|net|bank|group|borrower|company) )*(?:adjusted "
        r")?ebitdar?x?"
    ),
    r".*\bebitdar?x?",
    r"consolidated (?:cash flow|operating profit|profits? before .*)",
)
_NOT_TERM: Final = re.compile(
    r"\b(?:property|asset|unencumbered|specified|eligible|minimum|target|acquired|disposed|incremental"
    r"|run[- ]rate|threshold|ratio|restricted|foreign)\b"
)
_PLUS: Final = re.compile(
    r"\bplus\b|\badding(?: back)?\b|\bincreased (?:\([^()]{0,40}\) )?by\b|\badd[- ]?backs?\b|\bafter adding\b", re.I
)
_BEFORE: Final = re.compile(
    r"\bbefore(?: deducting| taking into account| any provision)?\b|\bsum of\b|\bexcluding\b", re.I
)
_MINUS: Final = re.compile(
    r"(?:^|[,;\n] ?(?:and |\([a-z]\) )?)(?:minus|decreased (?:\([^()]{0,40}\) )?by|less(?= \(|:|,| the sum| "
    r"without)|after deducting|deducting)\b",
    re.I,
)
_ITEM: Final = re.compile(r"(?:(?<=[\s,;:])|^)\(((?:[ivx]{1,6}|[a-z]{1,2}|\d{1,2}|[A-Z]))\) ?")
_CUT: Final = re.compile(
    r"(?:, | )?\(?(?:including|provided|to the extent|in an (?:aggregate )?amount|incurred|for such period|for "
    r"that period|of such Person|paid or|\bof the (?:Borrower|Company|Parent)\b|whether|not to exceed|which"
    r"|other than|in each case|relating to|in connection|with respect to (?:such|that) period|excluding|as "
    r"determined|determined|during such|deducted|\(net|net of|in respect of)\b|[;:\n(]",
    re.I,
)
_CAP: Final = re.compile(
    rf"(?:not (?:to )?(?:at any time )?exceed|shall not exceed|may not exceed|capped at|limited to|in excess of"
    rf"|up to|cap of|no more than)[^;.\n]{{0,160}}?(?:{PERCENT}|{MONEY})[^;.\n]{{0,120}}",
    re.I,
)
_ASIDE: Final = re.compile(
    r" ?\([^()]{0,300}\)| (?:incurred |made |paid )?(?:during|for|in) (?:such|that|the applicable) period\b", re.I
)
_GENERIC: Final = re.compile(
    r"(?:(?:fees?|costs?|charges?|expenses?|losses|loss|amounts?|items?|non-cash|non-recurring|unusual"
    r"|reasonable|documented|cash|other|related"
    r"|payments?|commissions?|and|or|paid|incurred|out-of-pocket)[ ,:]*)+",
    re.I,
)
"""Words that say nothing of what is added back."""

_LEAD: Final = re.compile(
    r"^(?:(?:all |any |the |an |a |without duplication,? |amounts? (?:of|attributable to) |aggregate "
    r"|consolidated (?=interest|income|deprec|tax)|total |to the extent [^,]{0,80}, |in the case of [^,]{0,60}, "
    r"|with respect to [^,:(]{0,80}(?:,|:) "
    r"|plus |and |or |sum of )+)",
    re.I,
)
_NEXT: Final = {"i": "ii", "a": "b", "1": "2", "A": "B"}
_LONGEST_ITEM, _MOST_ITEMS = 220, 60
_TERMS: Final = ("EBITDA", "Consolidated EBITDA", "Adjusted EBITDA")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words at `start` to `end` of the joined text."""

    words: str
    start: int
    end: int


def find_ebitda(script: Script) -> Definition | None:
    """Return the definition of EBITDA that states how it is computed; the longest of those of the first pattern."""
    for pattern in _TERM:
        known = [
            each
            for each in script.definitions.find(pattern)
            if not _NOT_TERM.search(each.term.casefold())
            and re.search(r"income|profit|earnings", each.text(script.flow)[:3_000], re.I)
        ]
        if known:
            return max(known, key=lambda each: min(each.end - each.body, 1_500))
    return None


@rule("credit.ebitda_definition", version=1)
def read_definition(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    each = script.once(find_ebitda)
    if each is None:
        return propose(document, spec, [], _TERMS)
    words = script.text[each.start : each.end].strip()[:MAX_TEXT]
    return propose(document, spec, [Found(TextValue(words), ((each.start, each.end),), 0.95)], _TERMS)


@rule("credit.ebitda_add_backs", version=1)
def read_add_backs(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    items = script.once(_add_backs)
    if not items:
        return propose(document, spec, [], (*_TERMS, "plus", "to the extent deducted"), absent=0.7)
    value = list_of(TextValue(each.words) for each in items)
    return propose(document, spec, [Found(value, tuple((each.start, each.end) for each in items), 0.75)], _TERMS)


@rule("credit.ebitda_caps", version=1)
def read_caps(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    each = script.once(find_ebitda)
    caps = [] if each is None else list(_caps(script, each))
    if not caps:
        return propose(document, spec, [], (*_TERMS, "shall not exceed", "capped at"), absent=0.85 if each else 0.9)
    value = list_of(TextValue(cap.words) for cap in caps)
    return propose(document, spec, [Found(value, tuple((cap.start, cap.end) for cap in caps), 0.8)], _TERMS)


def _add_backs(script: Script) -> tuple[Phrase, ...]:
    each = script.once(find_ebitda)
    if each is None:
        return ()
    body = each.text(script.flow)
    plus = _PLUS.search(body) or _BEFORE.search(body)
    if plus is None:
        return ()
    minus = _MINUS.search(body, plus.end() + 60)
    end = minus.start() if minus else len(body)
    listed = list(_listed(body, plus.end(), end, each.body))
    return tuple(listed or _spoken(body, plus.end(), end, each.body))[:_MOST_ITEMS]


def _listed(body: str, start: int, end: int, offset: int) -> Iterator[Phrase]:
    """Yield the items of the innermost numbered list after the word "plus": (i), (ii), (iii) …"""
    marks = list(_ITEM.finditer(body, start, end))
    style = next(
        (
            mark.group(1)
            for mark in marks
            if mark.group(1) in _NEXT and any(each.group(1) == _NEXT[mark.group(1)] for each in marks)
        ),
        None,
    )
    nested = next(
        (mark.group(1) for mark in marks if mark.group(1) == "i" and any(each.group(1) == "ii" for each in marks)), None
    )
    if style is None:
        return
    if nested and style != nested and marks.index(next(mark for mark in marks if mark.group(1) == nested)) <= 1:
        style = nested
    expected: Iterator[str] = iter(_sequence(style))
    wanted = next(expected)
    places = []
    for mark in marks:
        if mark.group(1) == wanted:
            places.append(mark)
            wanted = next(expected, "")
    for mark, following in zip(places, [*places[1:], None], strict=True):
        stop = following.start() if following else min(end, mark.end() + 600)
        words = _condense(body[mark.end() : stop])
        if words:
            yield Phrase(words, offset + mark.start(), offset + mark.end() + min(len(words) + 60, stop - mark.end()))


def _sequence(style: str) -> list[str]:
    if style == "i":
        units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
        return [ten + unit for ten in ("", "x", "xx", "xxx") for unit in units if ten + unit]
    if style == "1":
        return [str(number) for number in range(1, 60)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    return list(letters if style == "a" else letters.upper())


def _spoken(body: str, start: int, end: int, offset: int) -> Iterator[Phrase]:
    """Yield the parts of a list in words: "income taxes, interest, depreciation and amortization"."""
    stop = re.search(r"[.;\n]", body[start:end])
    words = body[start : start + stop.start() if stop else min(end, start + 800)]
    at = start
    for part in re.split(r"(, (?:and |or )?| and (?=[a-z(]))", words):
        plain = _condense(
            re.sub(
                r"^(?:provision (?:or benefit )?for|or benefit for|any provision(?: or benefit)? for) ",
                "",
                part.strip(),
            )
        )
        if plain and re.search(r"[a-z]{4}", plain):
            yield Phrase(plain, offset + at, offset + at + len(part))
        at += len(part)


def _condense(words: str) -> str:
    """Return the first words of an item, up to its conditions."""
    plain = " ".join(_ASIDE.sub(" ", words).split())
    for _ in range(3):
        shorter = _LEAD.sub("", plain)
        if shorter == plain:
            break
        plain = shorter
    end = next((cut.start() for cut in _CUT.finditer(plain, 6) if not _GENERIC.fullmatch(plain[: cut.start()])), None)
    plain = plain[:end][:_LONGEST_ITEM]
    return re.sub(r"(?:,? (?:and|or|plus))?[ ,.]*$", "", plain).strip()


def _caps(script: Script, each: Definition) -> Iterator[Phrase]:
    body = each.text(script.flow)
    for found in _CAP.finditer(body):
        start = max(
            body.rfind(";", 0, found.start()),
            body.rfind(". ", 0, found.start()),
            body.rfind("\n", 0, found.start()),
            found.start() - 400,
        )
        words = " ".join(body[start + 1 : found.end()].split()).lstrip(";,. ")
        if '" means' in words or (re.search(r"up to", found.group()[:6], re.I) and "EBITDA" not in words):
            continue
        yield Phrase(words, each.body + start + 1, each.body + found.end())

"""Rules for the limits of swing line loans and letters of credit, and for incremental facilities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.figures import (
    MONEY,
    PERCENT,
    RATIO,
    SAID,
    find_money,
    find_percents,
    find_ratios,
)
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.agreements.sections import find_sections
from workers.extraction.fields.credit.amendments import find_new_amount
from workers.extraction.fields.reader import ReadDocument, rule

_LETTER_TERM: Final = (
    r"(?:aggregate |total |maximum |global )*(?:letters? of credit|l/?c|lc)(?: facility)? (?:sub-?limit"
    r"|sub-?facility(?: limit)?|commitment(?: amount)?s?|limit|cap|facility amount|maximum|amount|sublimit "
    r"amount)",
    r"maximum (?:letter of credit|l/?c) .*",
    r"(?:letter of credit|l/?c) issuer sublimit|issuing (?:bank|lender) (?:sub-?limit|commitment)s?|letter of "
    r"credit commitment.*",
)
_LETTER_TEXT: Final = re.compile(
    r"(?:\bL/?C (?:Exposure|Obligations|Outstandings|Usage)|Letters? of Credit (?:Usage|Obligations|Exposure"
    r"|Outstandings|Liabilities|Disbursements)|(?:face|stated|undrawn)[^.;\n]{0,40} Letters of Credit)"
    rf"{SAID}{{0,200}}?(?:not(?: at any time)? exceed|exceeds?|in excess of|exceeding|limited "
    rf"to)[^.;\n$€£]{{0,60}}?({MONEY})"
)
_SWING_TERM: Final = (
    r"(?:aggregate |total |maximum )*swing ?-?line (?:loan )?(?:sub-?limit|commitment|limit|amount|cap"
    r"|sub-?facility|maximum)s?",
    r"(?:aggregate |maximum )*swing(?: loan)? (?:sub-?limit|commitment|limit|cap|loan amount|line)",
    r"maximum swing.*",
    r"swingline lender(?:'s)? commitment|swingline exposure limit",
)
_SWING_TEXT: Final = re.compile(
    r"\b[Ss]wing ?-?(?:[Ll]ine )?(?:Loans?|Advances?|Exposure|Outstandings|Borrowings?)\b(?:[^.;\n]|\."
    r"(?=\d)){0,420}?(?:not(?: at any time)? (?:to )?exceed|exceeding|exceeds?|in excess of|up to)"
    rf"(?: the (?:lesser|greater) of)?(?: \(\w\))?[^.;\n$€£%]{{0,50}}? ({MONEY}|{PERCENT}(?: of the)?)"
)
_LETTER_TERMS: Final = ("Letter of Credit Sublimit", "L/C Commitment", "letters of credit not exceed")
_SWING_TERMS: Final = ("Swing Line Sublimit", "Swingline Commitment", "swing line loans not exceed")
_INCREMENTAL_TERM: Final = (
    r"(?:available |maximum |permitted )*(?:incremental|increase|accordion)(?: facility| facilities| commitment| "
    r"loan| term loan)* ?(?:amount|cap|limit|availability|basket)",
    r"(?:fixed|free and clear|starter|cash-capped|general)\b.*(?:incremental|basket|amount).*",
    r"incremental .*(?:amount|cap)",
    r"ratio(?:-based)? incremental.*",
    r"(?:maximum )?incremental.*",
)
_INCREMENTAL_HEAD: Final = (
    r"(?:increases?|expansion) (?:in|of) (?:the )?(?:aggregate |total |revolving |revolver |credit |facility )*"
    r"(?:commitments?|facilit(?:y|ies))|incremental|accordion|uncommitted incremental|additional (?:commitments"
    r"|facilit)"
    r"|commitment increases?|optional increases?|increase option|expansion option|requests? for increase"
    r"|establishment of additional"
)
_LIMIT: Final = re.compile(
    r"(?:not (?:to )?exceed|exceeding|limited to|in excess of|up to|maximum|sum of|greater of|equal to|shall be"
    r"|\bmeans|amount of|without duplication)[^.;\n]{0,20}",
    re.I,
)
_MINIMUM: Final = re.compile(r"\b(?:minimum|multiples?|not less than|at least|increments?|integral|lesser of)\b", re.I)
_RATIO_NAME: Final = re.compile(r"((?:[A-Z][\w/&-]* ){1,7}Ratio)\b")
_UNUSED: Final = re.compile(r"none|shall not be|zero", re.I)
_INCREMENTAL_TEXT: Final = re.compile(
    r"\b(?:[Ii]ncremental|[Aa]ccordion|[Ii]ncreases? (?:in|of|to) (?:the )?(?:[Aa]ggregate |[Tt]otal "
    r"|[Rr]evolving )*[Cc]ommitments)\b"
    rf"{SAID}{{0,260}}?(?:not(?: at any time)? (?:to )?exceed|limited to|in excess of"
    rf"|exceeding)[^.;\n$€£]{{0,60}}?{MONEY}"
)
COLUMNS: Final = ("Part", "Amount", "Of EBITDA", "Ratio")
_INCREMENTAL_TERMS: Final = ("Incremental", "Increase in Commitments", "Accordion", "Additional Commitments")
_TEXT_END, _LEAST = 450_000, 250_000


@dataclass(frozen=True, slots=True)
class _Limit:
    value: QuantityValue
    start: int
    end: int
    confidence: float
    was: "_Limit | None" = None


@rule("credit.letter_of_credit_sublimit", version=1)
def read_letter_limit(document: ReadDocument, spec: FieldSpec) -> Proposal:
    limit = _limit(script_of(document), _LETTER_TERM, _LETTER_TEXT)
    return _propose(document, spec, limit, _LETTER_TERMS)


@rule("credit.swingline_sublimit", version=1)
def read_swing_limit(document: ReadDocument, spec: FieldSpec) -> Proposal:
    limit = _limit(script_of(document), _SWING_TERM, _SWING_TEXT)
    return _propose(document, spec, limit, _SWING_TERMS)


def _propose(document: ReadDocument, spec: FieldSpec, limit: _Limit | None, terms: tuple[str, ...]) -> Proposal:
    found = [] if limit is None else [Found(limit.value, ((limit.start, limit.end),), limit.confidence)]
    if limit and limit.was:
        found.append(Found(limit.was.value, ((limit.was.start, limit.was.end),), 0.0, "before the amendment"))
    return propose(document, spec, found, terms, absent=0.92)


def _limit(script: Script, terms: tuple[str, ...], spoken: re.Pattern[str]) -> _Limit | None:
    second = None
    for each in script.definitions.find(*terms):
        body = each.text(script.flow)[:2_500]
        money = next((figure for figure in find_money(body) if figure.value.number >= _LEAST), None)
        if money:
            total = re.search(rf"(?:aggregate|total)[^.;\n$]{{0,120}}?(?:is|shall be|equal to|of) ({MONEY})", body)
            if total:
                money = next(find_money(body, total.start(1)), money)
            limit = _Limit(
                money.value, each.start, each.body + money.end, 0.95 if "issu" not in each.term.casefold() else 0.75
            )
            amended = find_new_amount(script, each.term, money.value)
            if amended:
                value, change = amended
                return _Limit(value, change.start, change.end, 0.9, was=limit)
            if limit.confidence > 0.9:
                return limit
            second = second or limit
        percent = next(find_percents(body), None)
        if (
            percent
            and second is None
            and re.search(r"ommitments?|Amount|Facility", body[percent.end : percent.end + 80])
        ):
            second = _Limit(percent.value, each.start, each.body + percent.end, 0.85)
    if second:
        return second
    found = spoken.search(script.text, 0, _TEXT_END)
    if found is None:
        return None
    words = script.text[found.start(1) : found.end(1)]
    figure = next(find_money(words), None) or next(find_percents(words), None)
    if figure is None or (figure.value.unit != "%" and figure.value.number < _LEAST):
        return None
    return _Limit(figure.value, max(found.start(), found.end() - 900), found.end(), 0.85)


@dataclass(frozen=True, slots=True)
class _Part:
    part: str
    amount: QuantityValue | None
    percent: QuantityValue | None
    ratio: QuantityValue | None
    start: int
    end: int


@rule("credit.incremental_facility", version=1)
def read_incremental(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    for read, confidence in ((_of_terms, 0.87), (_of_sections, 0.87), (_of_text, 0.8)):
        parts = list(read(script))
        if parts:
            rows = ((text(each.part), each.amount, each.percent, each.ratio) for each in parts)
            places = tuple(dict.fromkeys((each.start, each.end) for each in parts))
            return propose(document, spec, [Found(table(COLUMNS, rows), places, confidence)], _INCREMENTAL_TERMS)
    return propose(document, spec, [], _INCREMENTAL_TERMS, absent=0.85)


def _of_terms(script: Script) -> Iterator[_Part]:
    seen: set[tuple[str, str]] = set()
    for each in script.definitions.find(*_INCREMENTAL_TERM):
        body = each.text(script.flow)[:5_000]
        for part in _parts(body, each.body, each.start):
            key = (part.part, str(part.amount or part.ratio))
            if key not in seen and len(seen) < 4:
                seen.add(key)
                yield part
        if seen:
            return


def _of_sections(script: Script) -> Iterator[_Part]:
    for section in find_sections(script, _INCREMENTAL_HEAD):
        words = script.text[section.start : min(section.end, section.start + 12_000)]
        for sentence in re.finditer(r"[^.\n](?:[^.\n]|\.(?=\d|\d))*", words):
            said = sentence.group()
            if _LIMIT.search(said) and (re.search(MONEY, said) or re.search(RATIO, said)):
                parts = list(_parts(said, section.start + sentence.start(), section.start + sentence.start()))
                if any(part.amount for part in parts):
                    yield from parts
                    return


def _of_text(script: Script) -> Iterator[_Part]:
    found = _INCREMENTAL_TEXT.search(script.text, 0, _TEXT_END)
    if found:
        end = script.text.find(". ", found.end())
        words = script.text[found.start() : min(end if end > 0 else found.end(), found.end() + 1_500)]
        yield from _parts(words, found.start(), found.start())


def _parts(words: str, offset: int, start: int) -> Iterator[_Part]:
    """Yield the fixed part (an amount, often the greater of it and a share of EBITDA) and the part under a ratio."""
    fixed = next(
        (
            figure
            for figure in find_money(words)
            if figure.value.number >= 1_000_000
            and not _MINIMUM.search(words[max(0, figure.start - 60) : figure.start])
            and _LIMIT.search(words[max(0, figure.start - 260) : figure.start])
        ),
        None,
    )
    stop = 0
    if fixed:
        near = words[fixed.end : fixed.end + 160]
        share = next(
            (each for each in find_percents(near) if re.match(r"[ ]?(?:of )[^;]{0,60}EBITDA", near[each.end :])), None
        )
        stop = fixed.end + (share.end if share else 0)
        yield _Part("fixed amount", fixed.value, share.value if share else None, None, start, offset + stop)
    last = stop
    for _ in range(2):
        last = words.find("\n", last + 1) if 0 <= last < len(words) else last
    for figure in find_ratios(words, stop, last if last > 0 else None):
        before = words[max(0, figure.start - 500) : figure.start]
        names = _RATIO_NAME.findall(before)
        if names and re.search(r"exceed|greater|less than or equal|equal to|higher|not more", before):
            yield _Part(names[-1], None, None, figure.value, offset + max(0, figure.start - 500), offset + figure.end)
            return

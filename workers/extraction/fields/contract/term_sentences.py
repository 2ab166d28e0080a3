"""What one sentence of a contract may say about the initial term: a last day, a length, an anniversary, no end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.review.values import DurationValue
from workers.extraction.fields.days import find_days
from workers.extraction.fields.flow import Sentence
from workers.extraction.fields.lengths import LENGTH, read_length

_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "fifteenth": 15, "eighteenth": 18, "twentieth": 20, "twenty-fourth": 24,
    "twenty-fifth": 25, "thirtieth": 30, "thirty-sixth": 36, "forty-eighth": 48, "sixtieth": 60,
}  # fmt: skip
_NTH: Final = (
    rf"(?:(?P<word>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})|(?P<digits>\d{{1,3}})(?:st|nd|rd|th))"
    r"(?: *\( *\d{1,3} *(?:st|nd|rd|th)? *\))?"
)
_ANNIVERSARY: Final = re.compile(
    rf"\b{_NTH} +(?:year +)?anniversary +(?:of +(?:the|its|such|this|that)|thereof|hereof)\b", re.IGNORECASE
)
# the last day of the thirty-sixth full calendar month following the Effective Date
_NTH_MONTH: Final = re.compile(
    rf"\blast +day +of +the +{_NTH} +(?:full +)?(?:calendar +)?month +(?:after|following|from)\b", re.IGNORECASE
)
_UNTIL: Final = re.compile(
    r"\b(?:expir\w+|end\w*|terminat\w+|until|through|continu\w+|effect|force|lasts?)\b", re.IGNORECASE
)

TERM_WORD: Final = re.compile(r"\bterm\b|\bperiod of this\b|\bduration\b|\binitial +period\b", re.IGNORECASE)
"""A word for the term of a contract."""

_BINDS: Final = (
    r"(?:agreement|contract|engagement|appointment|subscription|license|lease|franchise|sponsorship|arrangement)"
)
_LASTS: Final = re.compile(
    rf"\b{_BINDS}\b[^.;]{{0,120}}?\b(?:expir\w+|remain\w*|continu\w+|in +effect|valid\w*|lasts?|runs?|covers?|ends?"
    r"|ending|terminate\b[^.;]{0,40}\bon)\b|\bexpiration +date\b|\bin +(?:full +)?force +and +effect\b",
    re.IGNORECASE,
)
# for 18 months beginning on the Effective Date, five years from the date hereof
_START: Final = (
    r"['’]*(?: +\(the[^()]{0,40}\))?,? +(?:from|after|following|commencing|beginning|starting)"
    r" *(?:on|from|as +of|with)? +(?:the +)?(?:(?:effective|commencement|start|agreement) +date"
    r"|date +(?:hereof|of +(?:this|the) +(?:agreement|contract|letter)|first|above|set +forth))\b"
)
_FROM_START: Final = re.compile(_START, re.IGNORECASE)
_LENGTH_FROM_START: Final = re.compile(rf"\b(?:months?|years?|days?){_START}", re.IGNORECASE)
_OTHER_TERM: Final = re.compile(
    r"\b(?:warrant\w*|confidential\w*|non-?compet\w*|compete|survive\w*|payment +terms?|statute|audit\w*"
    r"|retain\w*|records?|invoice\w*|cure[ds]?|thereafter +termin|insurance|days? +(?:of|after|from"
    r"|following) +(?:receipt|the +date +of +(?:such|receipt)|notice)|guarant\w+|lock-?up|tail"
    r"|after +(?:the +)?(?:end|expiration|termination)|following +(?:the +)?(?:expiration|termination"
    r"|any)|patent|option +period|force +majeure|sublease|wind-?down|pilot|trial"
    r"|transition +period)\b",
    re.IGNORECASE,
)
_NAMES_TERM: Final = re.compile(
    r"\b(?:initial|primary|original|base) +(?:term|period)\b|\bterm +of +(?:this|the) +(?:\w+ +)?(?:agreement"
    r"|contract|franchise|exhibit|addendum|license)|\bthis +(?:agreement|contract|addendum"
    r"|exhibit|maintenance)\b",
    re.IGNORECASE,
)
_BEGINS_WITH_TERM: Final = re.compile(
    rf"(?:[\d.()a-zA-Z]{{1,6}} +)?(?:the +)?(?:initial +|contract +|primary +)?(?:term|period)\b"
    rf"|[\d.()]{{0,6}} *(?:term|duration)\b|(?:[\d.()]{{1,6}} +)?(?:unless +(?:earlier|sooner|otherwise)"
    rf"|(?:this|the) +{_BINDS}\b|subject +to)",
    re.IGNORECASE,
)
_DEFINES_TERM: Final = re.compile(
    r"\((?:the|this|collectively)?,? *[\"'](?:initial +|primary +|contract +)?(?:term|period)[\"']", re.IGNORECASE
)
_ENDS_ON: Final = re.compile(
    r"\b(?:expir\w+|end(?:s|ing)?|terminat\w+|until|till|through|to|extend\w*|thru|conclude\w*)\b[\w ,:.\"'()]{0,40}$",
    re.IGNORECASE,
)
_EXPIRATION_DATE: Final = re.compile(
    r"\bexpir(?:ation|y) +date[\"']?[ :,-]*(?:is|means|shall +be|of)?[ :,]*$", re.IGNORECASE
)
_ENDING: Final = re.compile(
    r"\b(?:term|agreement|contract|expir|effect|period|arrangement|engagement|appointment)", re.IGNORECASE
)
# "which would end on …, is extended", "does not alter the original Expiration Date": the term ends on another day.
_OTHERWISE: Final = re.compile(
    r"\b(?:would|was +to|were +to|scheduled +to|currently|presently) +(?:\w+ +){0,4}$"
    r"|\b(?:original|existing|previous|prior|former) +(?:\w+ +){0,3}$",
    re.IGNORECASE,
)
# until the earlier of (a) … and (b) March 3, 2031; but in no event later than March 3, 2031
_EARLIER_OF: Final = re.compile(
    r"\b(?:until|through|upon|on|till) +the +(?:first|earlie(?:r|st)|sooner) +(?:to +occur +)?of\b", re.IGNORECASE
)
_ITEM: Final = re.compile(
    r"(?:\((?:[a-z]|[ivx]+|\d)\)|\bor|\band) *(?:on +|the +close +of +business +on +)?$", re.IGNORECASE
)
_AT_LATEST: Final = re.compile(r"\b(?:in +no +event|not|no)(?: +\w+){0,2} +later +than +$", re.IGNORECASE)
# five years after the launch: from a day that the contract does not state
_FROM_EVENT: Final = re.compile(
    r"['’]*,? +(?:from|after|following|measured +from|commencing +(?:on|upon|with)) +(?:the +)?(?:date +of +)?"
    r"(?:the +|its +)?(?:launch|first|opening|delivery|commercial|completion|production|acceptance|installation"
    r"|shipment|publication|closing|go-?live|operation|grant|approval)\b",
    re.IGNORECASE,
)
_OF_RENEWAL: Final = re.compile(
    r"\b(?:renew\w*|exten(?:d|sion)\w*|additional|successive|further|subsequent)\b[^.;]{0,60}$", re.IGNORECASE
)
_STATES: Final = re.compile(
    r"\b(?:term|period|duration|continue|effect|force|valid|is|be|for|of|until|on|expires?|ends?|lasts?|runs?)\b"
    r"[\w ,():\"'-]{0,40}$",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"['’]*[^.;]{0,50}?\b(?:from|commencing|beginning|starting|after|following|later|thereafter|unless|term"
    r"|period|\(the|\")",
    re.IGNORECASE,
)
_CONTRACT_LASTS: Final = re.compile(
    rf"\b(?:{_BINDS}|term)\b[^.;]{{0,80}}\b(?:of|for|be|is|until|continue\w*|effect"
    r"|force|expire\w*|ends?|lasts?|runs?)\b[^.;]{0,50}$",
    re.IGNORECASE,
)
_RUNS: Final = re.compile(
    r"\b(?:commenc\w+|begin\w*|continu\w+|remain\w*|expir\w+|end(?:s|ing)?|terminat\w+|extend\w*|is"
    r"|be|in +(?:full +)?(?:force|effect)|valid|effective|run|last|shall +have|has|for|until|through)\b",
    re.IGNORECASE,
)
_PERPETUAL: Final = re.compile(
    r"\b(?:perpetual|in +perpetuity|indefinite(?:ly)?|no +(?:fixed|expiration|set)|until +(?:it +is +"
    r"|this +agreement +is +|such +time +as +it +is +)?(?:earlier +|sooner +|validly +)?(?:terminated"
    r"|cancel+ed)|until +termination|(?:until|through) +(?:the +)?(?:completion|termination"
    r"|the +expiration +of +the +last|all +(?:of +)?(?:the +)?(?:obligations|services))|evergreen"
    r"|unless +and +until +terminated|not +be +terminable)\b",
    re.IGNORECASE,
)
_LASTS_SO: Final = re.compile(
    r"\b(?:continue|remain|effect|force|term|valid|commence)\w*\b[^.;]{0,120}?" + _PERPETUAL.pattern, re.IGNORECASE
)
_BEFORE_END: Final = re.compile(
    r"^[^.;]{0,60}?\b(?:prior +to|before|in +advance +of|preceding|advance|(?:of|to) +the +end|notice)\b",
    re.IGNORECASE,
)
_OF_NOTICE: Final = re.compile(
    r"['’s]* *(?:or +more,? +)?(?:prior|advance|written|in +advance|before|preceding|advanced|notice)", re.IGNORECASE
)
_AT_LEAST: Final = re.compile(
    r"(?:at +least|(?:not|no) +(?:less|fewer) +than|minimum +of|within|more +than|upon|later +than|least"
    r"|notice(?: +period)? +of)[\w ()]*$",
    re.IGNORECASE,
)
_RECITES: Final = re.compile(r"\bprovide[sd] +(?:for|that)\b|^WHEREAS\b")
"""Words of a sentence that tells what an earlier agreement says."""

_HEADING: Final = re.compile(r"^[\d.()A-Za-z ]{0,14}\b(?:term|duration|period|commencement)\b", re.IGNORECASE)
_LONGEST_HEADING: Final = 60


@dataclass(frozen=True, slots=True)
class Term:
    """What a contract says about its initial term: its length or last day, and the sentence.

    With `to_month_end`, the term has so many full calendar months and ends with the last of them. With `from_event`, it
    begins with an event, on a day that the contract does not state.
    """

    length: DurationValue | None
    last: date | None
    sentence: Sentence
    points: int
    to_month_end: bool = False
    from_event: bool = False


def terms_of(sentence: Sentence, before: str) -> Iterator[Term]:
    """Yield what a sentence may say about the initial term, with points. `before` is the sentence before it."""
    text = sentence.text
    if not (TERM_WORD.search(text) or _LASTS.search(text) or _LENGTH_FROM_START.search(text)):
        return
    base = 2 * bool(_NAMES_TERM.search(text)) + 2 * bool(_BEGINS_WITH_TERM.match(text))
    base += 2 * bool(_DEFINES_TERM.search(text)) - 3 * bool(_OTHER_TERM.search(text))
    base -= bool(_RECITES.search(text))
    base += len(before) <= _LONGEST_HEADING and bool(_HEADING.match(before))
    yield from _last_days(sentence, base)
    yield from _lengths(sentence, base)
    yield from _ordinals(sentence, base)
    if _PERPETUAL.search(text) and re.search(rf"\b(?:{_BINDS}|term)\b", text, re.I) and _RUNS.search(text):
        points = base + 2 * bool(_LASTS_SO.search(text))
        yield Term(DurationValue(None, None, perpetual=True), None, sentence, points)


def _last_days(sentence: Sentence, base: int) -> Iterator[Term]:
    text = sentence.text
    for day in find_days(text):
        before = text[max(day.start - 90, 0) : day.start]
        ends = _ENDS_ON.search(before)
        if ends and _ENDING.search(text):
            points = base + (6 if _EXPIRATION_DATE.search(before) else 5)
            yield Term(None, day.day, sentence, points - 3 * bool(_OTHERWISE.search(before[: ends.start()])))
        elif _ENDING.search(text) and (
            _AT_LATEST.search(before) or (_ITEM.search(before) and _EARLIER_OF.search(text, 0, day.start))
        ):
            yield Term(None, day.day, sentence, base + 6)


def _lengths(sentence: Sentence, base: int) -> Iterator[Term]:
    text = sentence.text
    for found in LENGTH.finditer(text):
        length = read_length(found["length"])
        is_short = length is not None and length.unit == "day" and length.count is not None and length.count < 60
        if length is None or is_short or is_before_end(text, found):
            continue
        before, after = text[max(found.start() - 120, 0) : found.start()], text[found.end() : found.end() + 100]
        if _OF_RENEWAL.search(before):
            continue
        from_start = _FROM_START.match(after)
        if _STATES.search(before) or from_start:
            points = base + 1 + bool(_COUNTED.match(after)) + bool(_CONTRACT_LASTS.search(before))
            points += (length.unit == "year") + 2 * bool(from_start)
            yield Term(length, None, sentence, points, from_event=bool(_FROM_EVENT.match(after)))


def _ordinals(sentence: Sentence, base: int) -> Iterator[Term]:
    text = sentence.text
    for pattern in (_ANNIVERSARY, _NTH_MONTH):
        for found in pattern.finditer(text):
            is_months = pattern is _NTH_MONTH
            count = int(found["digits"]) if found["digits"] else _ORDINALS[found["word"].lower()]
            if _UNTIL.search(text[max(found.start() - 140, 0) : found.start()]):
                length = DurationValue(Decimal(count), "month" if is_months else "year")
                yield Term(length, None, sentence, base + 4, to_month_end=is_months)


def is_before_end(text: str, found: re.Match[str]) -> bool:
    """Return whether a length is that of a notice: "at least 30 days prior to", "sixty (60) days' written notice"."""
    after = text[found.end() : found.end() + 120]
    if _OF_NOTICE.match(after.strip(" '’")):
        return True
    at_least = _AT_LEAST.search(text[max(found.start() - 50, 0) : found.start()])
    return bool(at_least and _BEFORE_END.match(after))

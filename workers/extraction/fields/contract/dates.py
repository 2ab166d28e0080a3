"""The dates of a contract: that which it bears, and that on which it takes effect."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.review.evidence import Evidence
from app.review.proposals import FieldCheck
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue
from workers.extraction.fields.contract.opening import Opening, find_opening
from workers.extraction.fields.contract.signatures import find_signed_days, find_signing
from workers.extraction.fields.days import BLANK, Day, find_days
from workers.extraction.fields.flow import Flow
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_AGREEMENT_TERMS: Final = ("dated", "dated as of", "made and entered into", "day of", "signature dates")
_EFFECTIVE_TERMS: Final = ("Effective Date", "Commencement Date", "effective as of", "takes effect", "commences on")
_START: Final = 4_000
_AROUND: Final = 60
_FIRST_WORDS: Final = 1_500

_NAMES: Final = r"(?:effective +date|commencement +date|start +date|inception +date)"
# June 1, 2031 (the "Effective Date")
_DEFINED_AFTER: Final = re.compile(
    rf" *,? *\( *(?:the|hereinafter|herein)?[^()\"]{{0,60}}[\"']* *(?:\w+ +){{0,2}}{_NAMES} *,?[\"']*[^()]{{0,60}}\)"
    rf"|,? *(?:the|hereinafter) +[\"']{_NAMES}[\"']",
    re.IGNORECASE,
)
# "Effective Date" means June 1, 2031; EFFECTIVE DATE: June 1, 2031; the Effective Date of this Agreement is …
_DEFINED_BEFORE: Final = re.compile(
    rf"\beffective *:(?= )|\b{_NAMES}[\"']? *(?:(?:of|for|to) +(?:this"
    rf"|the) +\w+(?: +\w+)?)? *(?:\([^()]{{0,80}}\))? *(?:[:,-]+|means|shall +mean|is|shall +be"
    rf"|will +be|being|for[^.:]{{0,60}}:)[: ]*(?:the +date +of +|on +|as +of +)?",
    re.IGNORECASE,
)
_EFFECTIVE_ON: Final = re.compile(
    r"\b(?:(?:valid(?:ity)? +|contract +|initial +)?(?:period|term|duration)(?: +of +(?:the|this) +\w+)?"
    r"(?: +(?:is|shall +be|will +be|runs?|covers))? +(?:from|beginning|starting|commencing)"
    r"|with +effect|(?:is|be|become|becomes|made|shall +be|will +be|and|entered +into|is +made) +effective"
    r"|effective(?= +(?:as +of|on|from|this))|takes? +effect|in +effect|comes? +into +(?:force|effect)"
    r"|(?:term|agreement|contract|engagement|appointment|arrangement)[^.;]{0,80}?(?:commences?|begins?|starts?|commencing|beginning))"
    r" *(?:as +of|on|from|and +is +valid +from|upon|at)? *(?:and +as +of +)?(?:this +)?(?:the +)?(?:date +of +)?(?=\w)",
    re.IGNORECASE,
)
_SAME: Final = re.compile(
    rf"\b(?:(?:effective|takes? +effect|in +(?:full +)?(?:force|effect)|into +(?:force|effect)"
    rf"|commences?|begins?)(?: +immediately)?(?: +as)? *(?:of|on|upon|from|as +of|at)? +(?:the +)?(?:date +(?:hereof"
    rf"|first|of +(?:this +|the +)?(?:agreement|letter|amendment|contract|execution|signing|signature|last|its)|when"
    rf"|on +which +(?:it|this|the +(?:last|parties))|set +forth +above|above|indicated)|execution"
    rf"|signing|signature|full +execution|its +(?:execution|signing)|first +day +written"
    rf"|when +(?:it|signed|executed|both))"
    rf"|\b(?:term|period|engage\w*|appoint\w*)\b[^.;]{{0,60}}\b(?:years?|months?),? +(?:from|after|commencing +on"
    rf"|beginning +on) +(?:the +)?date +(?:hereof|first|of +this)"
    rf"|\b(?:term|period)\b[^.;]{{0,60}}\bfrom +the +date +(?:hereof|first|of +this)"
    rf"|{_NAMES}[\"']? *(?:means|is|shall +be|shall +mean) +(?:the +)?(?:date +(?:hereof|first"
    rf"|of +(?:this|execution|signature|the +last|last)|on +which|when)|agreement +date|execution +date))",
    re.IGNORECASE,
)
_DATES_IT: Final = re.compile(r"\b(?:dated?|as +of|made|entered|executed|signed|signing|this)\b", re.IGNORECASE)
# effective as of the date of the last signature, when signed by both parties, on the date of execution by Example
_WHEN_SIGNED: Final = re.compile(
    r"\b(?:last +(?:\w+ +){0,4}(?:sign\w*|execut\w*)|(?:sign(?:ed|ature|ing)|execut(?:ed|ion))"
    r"(?: +(?:below|hereof|of +this +\w+))? +by +(?:(?:both|all|each)\b|the +(?:last|parties)"
    r"|(?P<signer>[A-Z][\w.&-]+))"
    r"|(?:sign|execut)\w*\b[^.;]{0,40}\b(?:by +both|below|hereto))",
)
_BESIDE_SIGNATURES: Final = re.compile(
    r"\b(?:below|beneath|beside|with|next +to|under)\b[^.;]{0,30}\bsignatures?\b|\bsignature +(?:dates?|page)\b",
    re.IGNORECASE,
)
_AS_OF_EFFECTIVE: Final = re.compile(
    rf"\b(?:made|entered|executed|dated)\b[^;]{{0,300}}?\b(?:as +of|on) +the +(?:date +of +the +)?[\"']?{_NAMES}\b",
    re.IGNORECASE,
)
_LATER: Final = re.compile(r"\b(?:terminat\w+|notices?|cancel\w+|assign\w+|change|price|waiver)\b", re.IGNORECASE)
_SALUTATION: Final = re.compile(r"\b(?:Dear +[A-Z]|Re:|RE:|Ladies +and +Gentlemen|LADIES +AND +GENTLEMEN|Gentlemen:)")
_OTHER_DATED: Final = re.compile(
    r"(?:agreement|amended|amendment|act|lease|plan|note|plc|certain)\b[^.;()]{0,60}\bdated\b[^.;]{0,20}$",
    re.IGNORECASE,
)
_THIS_DATED: Final = re.compile(r"\bthis\b(?:(?! (?:to|of|amends) )[^.;()]){0,90}$", re.IGNORECASE)
# to the Supply Agreement dated, as amended by Amendment No. 1 dated
_DATED_OTHER: Final = re.compile(
    r"(?:\b(?:to|under|amends|supplements) +(?:the|that|a|an|its|our) +(?:[\w,&'-]+ +){0,8}?(?:agreement|contract|lease"
    r"|plan|license)|\b(?:amended|supplemented|modified) +by\b[^;()]{0,60})[^.;()]{0,20}?,? +dated"
    r"(?: +as +of)?(?: +the)? *$",
    re.IGNORECASE,
)
_CERTAIN: Final = re.compile(r"\b(?:that +certain|amend\w*|restat\w+|supplement\w*|pursuant)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that was read, at `start` to `end` of the flow. `same` is whether it follows from the agreement date."""

    day: date
    start: int
    end: int
    grade: str


@graded_rule("contract.agreement_date", version=5)
def read_agreement_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the date that the contract bears."""
    dated, blank = find_agreement_date(document)
    return _graded(document, dated, _AGREEMENT_TERMS, blank)


@graded_rule("contract.effective_date", version=5)
def read_effective_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the date on which the contract takes effect."""
    dated = find_effective_date(document)
    return _graded(document, dated, _EFFECTIVE_TERMS, None)


def find_agreement_date(document: ReadDocument) -> tuple[Dated | None, tuple[Evidence, ...] | None]:
    """Return the date that a contract bears, and the place of a date that it leaves blank."""
    return document.once("contract.agreement_date", lambda: _find_agreement_date(document))


def find_effective_date(document: ReadDocument) -> Dated | None:
    """Return the date on which a contract takes effect."""
    return document.once("contract.effective_date", lambda: _effective_date(document))


def _graded(
    document: ReadDocument, dated: Dated | None, terms: tuple[str, ...], blank: tuple[Evidence, ...] | None
) -> Graded:
    if dated is None:
        checks = (
            (FieldCheck("filled-in", passed=False, sentence="The contract leaves the date blank."),) if blank else ()
        )
        return Graded(None, blank or (), "blank" if blank else "absent", terms, is_absent=True, checks=checks)
    return Graded(DateValue(dated.day), document.flow.evidence(dated.start, dated.end), dated.grade, terms)


def _find_agreement_date(document: ReadDocument) -> tuple[Dated | None, tuple[Evidence, ...] | None]:
    text, opening = document.flow.text, find_opening(document)
    read, blank = _agreement_date(document.flow, opening)
    if read is not None and read.grade not in ("before the opening", "signatures"):
        return read, blank
    # "is made as of the Effective Date": on the day that is defined elsewhere.
    if opening is not None and _AS_OF_EFFECTIVE.search(text, opening.start, min(opening.end + 120, len(text))):
        effective = _defined_effective(text)
        if effective is not None:
            return replace(effective, grade="opening, effective"), None
    if read is None and blank is None:
        # "This License, effective this 12th day of May, 2031": the only date of the first words.
        first = _stated_effective(text, 0, _FIRST_WORDS)
        read = replace(first, grade="opening, effective") if first is not None else None
    return read, blank


def _agreement_date(flow: Flow, opening: Opening | None) -> tuple[Dated | None, tuple[Evidence, ...] | None]:
    text = flow.text
    dated = None if opening is None else _date_of_opening(text, opening)
    if dated is not None:
        return dated, None
    found = None if opening is None else BLANK.search(text, opening.start, opening.end)
    if found is None:
        dated = _date_before(text, opening)
        if dated is not None:
            return dated, None
        found = BLANK.search(text, 0, opening.start if opening else _START)
    if found is None:
        signed = find_signed_days(text)
        dated = _dated(max(signed, key=lambda each: each.day), "signatures") if signed else None
        return dated, None
    return None, flow.evidence(found.start(), found.end())


def _date_of_opening(text: str, opening: Opening) -> Dated | None:
    for day in find_days(text, opening.start, opening.end):
        is_own = day.end <= opening.parties and not _CERTAIN.search(text, max(day.start - 110, 0), day.start)
        is_own = is_own or not _is_other(text, opening.start, day)
        is_own = is_own and not _DATED_OTHER.search(text[max(day.start - 110, 0) : day.start])
        if is_own and not _is_named_effective_only(text, day):
            return _dated(day, "opening")
    signed = find_signed_days(text) if _BESIDE_SIGNATURES.search(text, opening.start, opening.end) else []
    if signed:
        return _dated(max(signed, key=lambda each: each.day), "signatures")
    effective = (day for day in find_days(text, opening.start, opening.end) if not _is_other(text, opening.start, day))
    return next((_dated(day, "opening, effective") for day in effective), None)


def _date_before(text: str, opening: Opening | None) -> Dated | None:
    """Return the date of a letter, or one that stands before the opening."""
    letter = _letter_day(text)
    if letter is not None and not (opening and opening.start < letter.start):
        return _dated(letter, "letter")
    start = opening.start if opening else min(_START, find_signing(text) or _START)
    days = [
        day
        for day in find_days(text, 0, start)
        if not _is_other(text, 0, day)
        and not _starts_something(text, day)
        and (opening or _DATES_IT.search(text, max(day.start - _AROUND, 0), day.start))
    ]
    return _dated(days[-1] if opening else days[0], "before the opening") if days else None


def _letter_day(text: str) -> Day | None:
    """Return the date at the head of a letter."""
    salutation = _SALUTATION.search(text, 0, _START)
    if salutation is None:
        return None
    days = (day for day in find_days(text, 0, salutation.start()) if not _starts_something(text, day))
    return next(days, None)


def _dated(day: Day, grade: str) -> Dated:
    return Dated(day.day, day.start, day.end, grade)


def _is_other(text: str, start: int, day: Day) -> bool:
    """Return whether a date is that of another document."""
    before = text[max(day.start - 110, start) : day.start]
    return bool(_OTHER_DATED.search(before) and not _THIS_DATED.search(before)) or bool(_DATED_OTHER.search(before))


def _is_named_effective_only(text: str, day: Day) -> bool:
    """Return whether the words before a date say that the contract is effective then, and not that it is dated so."""
    before = text[max(day.start - 40, 0) : day.start].lower()
    return bool(re.search(r"\beffective\b(?: +(?:as +of|on|from|date))*[ :,(the]*$", before))


def _starts_something(text: str, day: Day) -> bool:
    before = text[max(day.start - 80, 0) : day.start]
    return bool(
        re.search(r"\b(?:effective|commencement|start|expir\w+|filed|terminat\w+)\b[^.]*$", before, re.IGNORECASE)
    )


def _defined_effective(text: str) -> Dated | None:
    for day in find_days(text):
        if _DEFINED_AFTER.match(text, day.end):
            return _dated(day, "defined")
    for found in _DEFINED_BEFORE.finditer(text):
        near = next(find_days(text, found.end(), found.end() + 40), None)
        if near is not None and near.start - found.end() <= 8:
            return Dated(near.day, found.start(), near.end, "defined")
    return None


def _stated_effective(text: str, start: int, end: int) -> Dated | None:
    """Return the first date on which something takes effect by the words from `start` to `end`."""
    for found in _EFFECTIVE_ON.finditer(text, start, end):
        near = next(find_days(text, found.end(), found.end() + 40), None)
        if near is not None and near.start - found.end() <= 14:
            return Dated(near.day, found.start(), near.end, "in the text")
    return None


def _effective_date(document: ReadDocument) -> Dated | None:
    text = document.flow.text
    stated = _defined_effective(text)
    if stated is not None:
        return stated
    opening = find_opening(document)
    limit = opening.end if opening else _START
    on = _stated_effective(text, 0, len(text))
    if on is not None:
        return replace(on, grade="opening" if on.start < limit else "in the text")
    found_same = next((each for each in _SAME.finditer(text) if not _is_of_notice(text, each.start())), None)
    if found_same is None:
        return None
    sentence = document.flow.sentence_at(found_same.start())
    start, end = (sentence.start, sentence.end) if sentence else found_same.span()
    signed = _signed_day(text, start, end)
    if signed is not None:
        return Dated(signed.day, start, end, "signatures")
    agreement, _ = find_agreement_date(document)
    return Dated(agreement.day, start, end, "agreement date") if agreement is not None else None


def _is_of_notice(text: str, start: int) -> bool:
    """Return whether the words before `start` speak of what takes effect later, as a termination does."""
    return bool(_LATER.search(text[max(start - 60, 0) : start].rsplit(". ", 1)[-1]))


def _signed_day(text: str, start: int, end: int) -> Day | None:
    """Return the day beside a signature on which a contract takes effect by its words from `start` to `end`."""
    when = _WHEN_SIGNED.search(text, start, end)
    days = find_signed_days(text) if when is not None else []
    if when is None or not days:
        return None
    signer = when["signer"] if "signer" in when.groupdict() else None
    if signer is None:
        return max(days, key=lambda each: each.day)
    # The date below the signature of the party that is named.
    before = 0
    for day in days:
        if signer.split()[0].casefold() in text[max(before, day.start - 600) : day.start].casefold():
            return day
        before = day.end
    return None

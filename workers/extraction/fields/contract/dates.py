"""The dates of a contract: that which it bears, and that on which it takes effect."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.review.evidence import Evidence
from app.review.proposals import FieldCheck
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue
from workers.extraction.fields.contract.opening import Opening, find_opening
from workers.extraction.fields.days import BLANK, Day, find_days, find_short_days
from workers.extraction.fields.flow import Flow
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_AGREEMENT_TERMS: Final = ("dated", "dated as of", "made and entered into", "day of", "signature dates")
_EFFECTIVE_TERMS: Final = ("Effective Date", "Commencement Date", "effective as of", "takes effect", "commences on")
_START: Final = 4_000
_AROUND: Final = 60

_NAMES: Final = r"(?:effective +date|commencement +date|start +date|inception +date)"
# June 1, 2031 (the "Effective Date")
_DEFINED_AFTER: Final = re.compile(
    rf" *,? *\( *(?:the|hereinafter|herein)?[^()\"]{{0,60}}[\"']* *{_NAMES} *,?[\"']*[^()]{{0,60}}\)"
    rf"|,? *(?:the|hereinafter) +[\"']{_NAMES}[\"']",
    re.IGNORECASE,
)
# "Effective Date" means June 1, 2031; EFFECTIVE DATE: June 1, 2031; the Effective Date of this Agreement is …
_DEFINED_BEFORE: Final = re.compile(
    rf"\b{_NAMES}[\"']? *(?:(?:of|for|to) +(?:this"
    rf"|the) +\w+(?: +\w+)?)? *(?:\([^()]{{0,80}}\))? *(?:[:,-]+|means|shall +mean|is|shall +be"
    rf"|will +be|being|for[^.:]{{0,60}}:)[: ]*(?:the +date +of +|on +|as +of +)?",
    re.IGNORECASE,
)
_EFFECTIVE_ON: Final = re.compile(
    r"\b(?:(?:is|be|become|becomes|made|shall +be|will +be|and|entered +into|is +made) +effective"
    r"|effective(?= +(?:as +of|on|from))|takes? +effect|in +effect|comes? +into +(?:force|effect)"
    r"|(?:term|agreement|contract)[^.;]{0,80}?(?:commences?|begins?|starts?|commencing|beginning))"
    r" *(?:as +of|on|from|and +is +valid +from|upon|at)? *(?:and +as +of +)?(?:the +)?(?:date +of +)?(?=\w)",
    re.IGNORECASE,
)
_SAME: Final = re.compile(
    rf"\b(?:(?:effective|takes? +effect|in +(?:full +)?(?:force|effect)|into +(?:force|effect)"
    rf"|commences?|begins?)(?: +as)? *(?:of|on|upon|from|as +of|at)? +(?:the +)?(?:date +(?:hereof"
    rf"|first|of +(?:this +|the +)?(?:agreement|execution|signing|signature|last|its)|when"
    rf"|on +which +(?:it|this|the +(?:last|parties))|set +forth +above|above|indicated)|execution"
    rf"|signing|signature|full +execution|its +(?:execution|signing)|first +day +written)"
    rf"|{_NAMES}[\"']? *(?:means|is|shall +be|shall +mean) +(?:the +)?(?:date +(?:hereof|first"
    rf"|of +this|of +execution|of +the +last|on +which)|agreement +date|execution +date))",
    re.IGNORECASE,
)
_DATES_IT: Final = re.compile(r"\b(?:dated?|as +of|made|entered|executed|this)\b", re.IGNORECASE)
_SIGNED_ON: Final = re.compile(
    r"\bdated?(?: +signed)? *[:_]{1,40} *|\bdated +(?:this +)?|\bon +this +(?:the +)?", re.IGNORECASE
)
_WITNESS: Final = re.compile(
    r"\bIN +WITNESS +WHEREOF\b|\bexecuted\b[^.]{0,80}\bas +of\b|\bAGREED +TO\b|\bSIGNED\b", re.IGNORECASE
)
_OTHER_DATED: Final = re.compile(
    r"(?:agreement|amended|amendment|act|lease|plan|note|plc|certain)\b[^.;()]{0,60}\bdated\b[^.;]{0,20}$",
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


@graded_rule("contract.agreement_date", version=3)
def read_agreement_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the date that the contract bears."""
    dated, blank = find_agreement_date(document)
    return _graded(document, dated, _AGREEMENT_TERMS, blank)


@graded_rule("contract.effective_date", version=3)
def read_effective_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the date on which the contract takes effect."""
    dated = find_effective_date(document)
    return _graded(document, dated, _EFFECTIVE_TERMS, None)


def find_agreement_date(document: ReadDocument) -> tuple[Dated | None, tuple[Evidence, ...] | None]:
    """Return the date that a contract bears, and the place of a date that it leaves blank."""
    return document.once("contract.agreement_date", lambda: _agreement_date(document.flow, find_opening(document)))


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


def _agreement_date(flow: Flow, opening: Opening | None) -> tuple[Dated | None, tuple[Evidence, ...] | None]:
    text = flow.text
    blank = None
    if opening is not None:
        for day in find_days(text, opening.start, opening.end):
            is_own = day.end <= opening.parties and not _CERTAIN.search(text, max(day.start - 110, 0), day.start)
            is_own = is_own or not _is_other(text, opening.start, day)
            if is_own and not _is_named_effective_only(text, day):
                return _dated(day, "opening"), None
        for day in find_days(text, opening.start, opening.end):
            if not _is_other(text, opening.start, day):
                return _dated(day, "opening, effective"), None
        found = BLANK.search(text, opening.start, opening.end)
        if found:
            blank = flow.evidence(found.start(), found.end())
    if blank is None:
        start = opening.start if opening else _START
        days = [
            day
            for day in find_days(text, 0, start)
            if not _is_other(text, 0, day)
            and not _starts_something(text, day)
            and (opening or _DATES_IT.search(text, max(day.start - _AROUND, 0), day.start))
        ]
        if days:
            return _dated(days[-1] if opening else days[0], "before the opening"), None
        found = BLANK.search(text, 0, start)
        blank = flow.evidence(found.start(), found.end()) if found else None
    if blank is None:
        witness = list(_WITNESS.finditer(text))
        for found in witness[-1:]:
            days = [
                day
                for day in _signed_days(text, found.start())
                if _SIGNED_ON.search(text, max(day.start - _AROUND, 0), day.start)
            ]
            if days:
                return _dated(max(days, key=lambda each: each.day), "signatures"), None
    return None, blank


def _signed_days(text: str, start: int) -> list[Day]:
    end = min(start + 4_000, len(text))
    return [*find_days(text, start, end), *find_short_days(text, start, end)]


def _dated(day: Day, grade: str) -> Dated:
    return Dated(day.day, day.start, day.end, grade)


def _is_other(text: str, start: int, day: Day) -> bool:
    """Return whether a date is that of another document."""
    return bool(_OTHER_DATED.search(text, max(day.start - 110, start), day.start)) and not re.search(
        r"\bthis\b[^.;()]{0,90}$", text[max(day.start - 110, start) : day.start], re.IGNORECASE
    )


def _is_named_effective_only(text: str, day: Day) -> bool:
    """Return whether the words before a date say that the contract is effective then, and not that it is dated so."""
    before = text[max(day.start - 40, 0) : day.start].lower()
    return bool(re.search(r"\beffective\b(?: +(?:as +of|on|from|date))*[ :,(the]*$", before))


def _starts_something(text: str, day: Day) -> bool:
    before = text[max(day.start - 80, 0) : day.start]
    return bool(
        re.search(r"\b(?:effective|commencement|start|expir\w+|filed|terminat\w+)\b[^.]*$", before, re.IGNORECASE)
    )


def _effective_date(document: ReadDocument) -> Dated | None:
    flow = document.flow
    text = flow.text
    agreement, _ = find_agreement_date(document)
    for day in find_days(text):
        if _DEFINED_AFTER.match(text, day.end):
            return _dated(day, "defined")
    for found in _DEFINED_BEFORE.finditer(text):
        near = next(find_days(text, found.end(), found.end() + 40), None)
        if near is not None and near.start - found.end() <= 8:
            return Dated(near.day, found.start(), near.end, "defined")
    opening = find_opening(document)
    limit = opening.end if opening else _START
    for found in _EFFECTIVE_ON.finditer(text):
        near = next(find_days(text, found.end(), found.end() + 40), None)
        if near is not None and near.start - found.end() <= 14:
            return Dated(near.day, found.start(), near.end, "opening" if found.start() < limit else "in the text")
    if agreement is not None:
        found_same = _SAME.search(text)
        if found_same is not None:
            sentence = flow.sentence_at(found_same.start())
            start, end = (sentence.start, sentence.end) if sentence else found_same.span()
            return Dated(agreement.day, start, end, "agreement date")
    return None

"""Reads the maturity dates of a credit agreement's facilities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.quantities.dates import day_in
from app.quantities.number_words import CARDINAL, parse_cardinal
from app.review.proposals import FieldCheck, Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue
from workers.extraction.days import find_days
from workers.extraction.fields.agreements.definitions import Definition
from workers.extraction.fields.agreements.openings import read_opening
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.credit.amendments import Change, find_change, read_changes
from workers.extraction.fields.credit.facilities import read_facilities
from workers.extraction.fields.credit.families import print_facility
from workers.extraction.fields.reader import ReadDocument, rule

_TERM: Final = (
    r"(?P<of>.*?) ?(?:(?:final |scheduled |stated |initial |original )*(?:maturity|termination|expiry|expiration"
    r"|repayment) date|stated maturity)"
)
_WANTED: Final = re.compile(_TERM)
_NOT_WANTED: Final = re.compile(
    r"extended|existing|incremental|latest|swing|letter|l/c|refinanc|extension|early|other|new|agreement "
    r"termination|commitment termination event"
    r"|hedg|replacement|note|lease|deposit|springing|convertible|senior notes|availability|insurance|required"
    r"|discount|interest|payment"
)
_LABEL: Final = re.compile(
    r"(?:with respect to|in the case of|in relation to|in respect of|as to|for|regarding)(?: any| all| the| each"
    r"| that| those)? ([^,;:.()]{3,70}?)(?:,|:| the date| is\b| means| shall| \(|$)"
)
_AFTER: Final = re.compile(
    r"[ ,(]{1,3}(?:with respect to|in the case of|in relation to|in respect of|for)(?: any| all| the| each)? "
    r"([^,;:.()]{3,70})"
)
_CLAUSE: Final = re.compile(r"(?:[;]|(?<![\w\"])\((?:[a-z]|[ivx]{1,4}|[A-Z]|\d)\))")
_PROVISO: Final = re.compile(
    r"provided|unless|except that|\bif\b|or with respect to|\bor if\b|subject to|as (?:such|the same|it) may|or "
    r"such (?:later|earlier)|in each case,? as|\bor, if\b"
)
_TERM_OF: Final = re.compile(
    rf"(?:date (?:that is|which is|falling|occurring)|the) ?((?P<words>{CARDINAL})(?: ?\("
    rf"(?P<inner>\d{{1,3}})\))?|(?P<digits>\d{{1,3}}))(?:st|nd|rd|th)?[ -](?P<unit>year|month|day)s?(?: "
    rf"anniversary)?"
    r" (?:after|following|from|of) (?:the )?(?P<anchor>[A-Z][\w ]{2,30}?(?: Date)|date (?:of|hereof)(?: this "
    r"Agreement)?)",
    re.I,
)
_ANNIVERSARY: Final = re.compile(
    r"(?:the )?(?P<ordinal>first|second|third|fourth|fifth|sixth|seventh|eighth|tenth)(?: \(\d{1,2}(?:st|nd|rd"
    r"|th)\))? anniversary (?:of|following|after) (?:the )?(?P<anchor>[A-Z][\w ]{2,30}?(?: Date)|date (?:of"
    r"|hereof)(?: this Agreement)?)",
    re.I,
)
_ORDINALS: Final = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "tenth": 10,
}
COLUMNS: Final = ("Facility", "Maturity date")
_TERMS: Final = ("Maturity Date", "Termination Date", "Stated Maturity", "Final Maturity Date")


@dataclass(frozen=True, slots=True)
class Maturity:
    """A facility's maturity date, stated from `start` to `end`. `facility` is None if the document names none."""

    facility: str | None
    day: date
    start: int
    end: int
    confidence: float


def read_maturities(script: Script) -> tuple[Maturity, ...]:
    """Return the maturity dates that definitions state, each facility's once, as amended."""
    return _chosen(script, script.once(_stated))


def _stated(script: Script) -> tuple[Maturity, ...]:
    """Return all stated maturities; what prevails comes first."""
    stated: list[Maturity] = []
    terms = set()
    for each in script.definitions.all:
        matched = _match(each.term)
        if matched is None:
            continue
        terms.add(each.term.casefold())
        of = each.term[: matched.end("of")].strip()
        found = list(_of_definition(script, each, print_facility(of) if of else None))
        change = find_change(script, each.term)
        stated += _folded(found, change) if change else found
    for change in script.once(read_changes):
        matched = _match(change.provision or "")
        if matched and (change.provision or "").casefold() not in terms and change.before and change.after:
            of = (change.provision or "")[: matched.end("of")].strip()
            days = [next((each[0] for each in find_days(words)), None) for words in (change.after, change.before)]
            name = print_facility(of) if of else None
            stated += [Maturity(name, day, change.start, change.end, 0.9) for day in days if day]
    return tuple(stated)


def _match(term: str) -> re.Match[str] | None:
    return None if _NOT_WANTED.search(term.casefold()) else _WANTED.fullmatch(term.casefold())


def _folded(found: list[Maturity], change: Change) -> list[Maturity]:
    """Return the maturities with the words that an amendment replaces; what they replace follows."""
    before = next((each[0] for each in find_days(change.before or "")), None)
    after = next((each[0] for each in find_days(change.after or "")), None)
    if before is None or after is None:
        return found
    amended = [replace(each, day=after, start=change.start, end=change.end) for each in found if each.day == before]
    return [*amended, *found]


def _chosen(script: Script, stated: tuple[Maturity, ...]) -> tuple[Maturity, ...]:
    found: dict[str, Maturity] = {}
    for maturity in stated:
        found.setdefault((maturity.facility or "").casefold(), maturity)
    own = [each for name, each in found.items() if name]
    general = found.get("")
    if general and not own:
        return (_with_only_facility(script, general),)
    days = {each.day for each in own}
    return tuple(own if general is None or general.day in days else [*own, general])


def _others(stated: tuple[Maturity, ...], chosen: tuple[Maturity, ...]) -> list[Found]:
    """Return what else the document states for the same facilities: what was amended, or conflicts."""
    others: dict[tuple[str, date], Found] = {}
    for each in stated:
        same = [one for one in chosen if (one.facility or "") == (each.facility or "") or each.facility is None]
        if same and all(one.day != each.day for one in same):
            value = table(COLUMNS, [(text(each.facility), DateValue(each.day))])
            found = Found(value, ((each.start, each.end),), 0.0, "elsewhere in the document, or before the amendment")
            others.setdefault((each.facility or "", each.day), found)
    return list(others.values())


def _with_only_facility(script: Script, general: Maturity) -> Maturity:
    facilities = script.once(read_facilities)
    name = facilities[0].name if len(facilities) == 1 else None
    return Maturity(name, general.day, general.start, general.end, general.confidence)


def _of_definition(script: Script, each: Definition, of: str | None) -> Iterator[Maturity]:
    body = each.text(script.flow)[:3_000]
    days = [(day, start, end, 0.95) for day, start, end in find_days(body)]
    days = sorted([*days, *_computed(script, body)], key=lambda each: each[1])
    used = 0
    for number, (day, start, end, known) in enumerate(days):
        clause = max((found.end() for found in _CLAUSE.finditer(body, used, start)), default=used)
        before = body[clause:start]
        if number and _PROVISO.search(before):
            break
        is_doubtful = number == 0 and _PROVISO.search(before) and not _LABEL.search(before)
        confidence = 0.6 if is_doubtful else known
        after = _AFTER.match(body, end)
        labels = _LABEL.findall(before) or _LABEL.findall(body[used:start])
        label = labels[-1] if labels else after.group(1) if after else None
        facility = _clean(label) if label else of
        if number and label is None:
            break
        yield Maturity(
            facility or of, day, each.start if number == 0 else each.body + clause, each.body + end, confidence
        )
        used = end


def _clean(label: str) -> str | None:
    words = re.sub(
        r"(?i)\b(?:lenders?|commitments? and|and .*commitments?|made .*|that .*|which .*|facility loans?)\b.*",
        "",
        label,
    ).strip(" ,")
    return print_facility(words) if words[:1].isupper() else None


def _computed(script: Script, body: str) -> Iterator[tuple[date, int, int, float]]:
    """Yield dates that are stated as a term after another date, such as the closing date."""
    for pattern in (_TERM_OF, _ANNIVERSARY):
        for found in pattern.finditer(body):
            known = _anchor(script, found["anchor"])
            if known is None:
                continue
            anchor, is_stated = known
            if pattern is _ANNIVERSARY:
                months = 12 * _ORDINALS[found["ordinal"].casefold()]
            else:
                count = int(found["digits"] or found["inner"] or parse_cardinal(found["words"]) or 0)
                if found["unit"] == "day" or not count:
                    continue
                months = count * (12 if found["unit"].casefold() == "year" else 1)
            index = anchor.year * 12 + anchor.month - 1 + months
            if index // 12 < 2100:
                yield (
                    day_in(index // 12, index % 12 + 1, anchor.day),
                    found.start(),
                    found.end(),
                    0.88 if is_stated else 0.6,
                )


def _anchor(script: Script, words: str) -> tuple[date, bool] | None:
    """Return the date of a defined date, and whether the document states it: that of the agreement is also taken for a
    closing date whose definition has none.
    """
    if words.casefold().startswith("date"):
        own = script.once(read_opening).own
        return (own.value, True) if own else None
    for each in script.definitions.find(re.escape(words.strip().casefold())):
        day = next(find_days(each.text(script.flow)[:200]), None)
        if day:
            return day[0], True
    opening = script.once(read_opening)
    is_closing = words.strip().casefold() in ("closing date", "effective date", "initial closing date")
    return (opening.own.value, False) if is_closing and opening.own and not opening.amends else None


@rule("credit.maturity_dates", version=1)
def read_maturities_field(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    maturities = script.once(read_maturities)
    if not maturities:
        return propose(document, spec, [], _TERMS, absent=0.75, is_always=script_of(document).is_whole)
    own = script.once(read_opening).own
    checks = []
    if own:
        late = all(each.day > own.value for each in maturities)
        checks.append(FieldCheck("after-agreement", late, f"The agreement is of {own.value}."))
    value = table(COLUMNS, ((text(each.facility), DateValue(each.day)) for each in maturities))
    confidence = min(each.confidence for each in maturities) * (1 if all(check.passed for check in checks) else 0.6)
    found = Found(value, tuple((each.start, each.end) for each in maturities), confidence)
    others = _others(script.once(_stated), maturities)
    return propose(document, spec, [found, *others], _TERMS, checks=checks)

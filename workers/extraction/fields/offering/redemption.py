"""Rules for redemption: call schedule, make-whole, equity claw, and the price after a change of control."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.quantities.dates import DATE, day_in
from app.quantities.months import MONTH, parse_month
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue, QuantityValue, YesNoValue
from workers.extraction.days import find_days
from workers.extraction.fields.agreements.figures import SAID, parse_percent
from workers.extraction.fields.agreements.grids import find_tables
from workers.extraction.fields.agreements.script import Found, Script, list_of, propose, script_of, table
from workers.extraction.fields.offering.series import read_maturities, read_series
from workers.extraction.fields.reader import ReadDocument, rule

_SCHEDULE: Final = re.compile(
    r"(?:redemption prices?|percentages? of (?:the )?principal amount|prices? \(expressed)[^.\n]{0,300}?(?:below"
    r"|following|set forth|set out|table)|"
    r"(?:following|below)[^.\n]{0,40} redemption prices?",
    re.I,
)
_BEGINNING: Final = re.compile(
    rf"(?:beginning|commencing|starting)(?: on)? ({MONTH}) (\d{{1,2}})\b(?!,? \d{{4}})", re.I
)
_YEAR_ROW: Final = re.compile(r"(?:20\d\d)")
_PRICE: Final = re.compile(r"1[0-2]\d(?:\.\d{1,5})?")
_SPOKEN: Final = re.compile(
    rf"(?:({DATE})|(20\d\d))[^%.\n]{{0,80}}?\b(1[0-2]\d(?:\.\d{{1,5}})?) ?%|\b(1[0-2]\d(?:\.\d{{1,5}})?) "
    rf"?%[^%.\n]{{0,70}}?(?:({DATE})|(20\d\d))",
    re.I,
)
_PAR: Final = re.compile(r"\(?(?:the|each,? an?|such date,? the)? ?(?:applicable )?\"?Par Call Date", re.I)
_AT_PAR: Final = re.compile(
    rf"(?:on or after|on and after|from and after) ({DATE})[^\n]{{0,260}}?redeem[^\n]{{0,260}}?\b100(?:\.0+)? ?%", re.I
)
_MORE_POINTS: Final = re.compile(r"(?:and|,) (?:plus )?(\d{1,3}(?:\.\d{1,2})?) (?:basis points|bps)", re.I)
_MAKE_WHOLE: Final = re.compile(
    r"\bmake[- ]whole\b|\bApplicable Premium\b|\b(?:Treasury|Gilt|Bund|Government Bond) Rate plus\b", re.I
)
_SPREAD: Final = re.compile(
    r"(?:treasury rate|gilt rate|bund rate|government bond rate|comparable [\w ]{0,30}rate|reinvestment "
    r"rate)[^.;\n]{0,90}?plus (\d{1,3}(?:\.\d{1,2})?) (?:basis points|bps)",
    re.I,
)
_CONTROL: Final = re.compile(r"\b(10[01](?:\.\d{1,3})?) ?%")
_CLAW: Final = re.compile(
    rf"up to (\d{{2}}(?:\.\d)?) ?%{SAID}{{0,400}}?equity offerings?{SAID}{{0,400}}?\b(1[0-2]\d(?:\.\d{{1,5}})?) ?%",
    re.I,
)
_CLAW_OTHER: Final = re.compile(
    rf"up to (\d{{2}}(?:\.\d)?) ?%{SAID}{{0,500}}?\b(1[0-2]\d(?:\.\d{{1,5}})?) ?%{SAID}{{0,400}}?equity offerings?",
    re.I,
)
_UNTIL: Final = re.compile(rf"(?:prior to|before|until|on or before|not later than) ({DATE})", re.I)
CALL_COLUMNS: Final = ("From", "Price")
CLAW_COLUMNS: Final = ("Share", "Price", "Until")
_CALL_TERMS: Final = ("Optional redemption", "redemption prices", "Par Call Date")
_REACH: Final = 600_000
_CONTROL_REACH: Final = 1_500


@dataclass(frozen=True, slots=True)
class Call:
    """From `day` on (or in the twelve months from it) the notes may be redeemed at `price` percent."""

    day: date
    price: Decimal
    start: int
    end: int


@rule("offering.call_schedule", version=1)
def read_call_schedule(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    for read, confidence in ((_scheduled, 0.93), (_spoken, 0.88), (_par_calls, 0.88)):
        calls = list(dict.fromkeys(read(script)))
        if calls:
            rows = ((DateValue(each.day), QuantityValue(each.price, "%")) for each in calls)
            places = tuple(dict.fromkeys((each.start, each.end) for each in calls))
            return propose(document, spec, [Found(table(CALL_COLUMNS, rows), places, confidence)], _CALL_TERMS)
    return propose(document, spec, [], _CALL_TERMS, absent=0.8)


def _scheduled(script: Script) -> Iterator[Call]:
    """Yield the calls of the first table after words that announce redemption prices."""
    for announced in _SCHEDULE.finditer(script.text, 0, _REACH):
        start, _ = script.flow.paragraph(announced.start())
        for grid in find_tables(script.flow, start, announced.end() + 2_500):
            words = script.text[start : announced.end() + 400]
            monthly = _BEGINNING.search(words) or _BEGINNING.search(" ".join(grid.rows[0].cells) if grid.rows else "")
            calls = []
            for row in grid.rows:
                price = next((each for cell in row.cells if (each := _price(cell)) is not None), None)
                day = next((known for cell in row.cells if (known := _day(cell, monthly, words)) is not None), None)
                place = script.flow.find_place(grid.page, row.start, row.end)
                if price is not None and day is not None and place:
                    calls.append(Call(day, price, *place))
            if calls:
                yield from calls
                return


def _price(cell: str) -> Decimal | None:
    plain = cell.replace(" ", "").rstrip("%")
    return Decimal(plain).normalize() + 0 if _PRICE.fullmatch(plain) else None


def _day(cell: str, monthly: re.Match[str] | None, words: str) -> date | None:
    stated = next((each[0] for each in find_days(cell)), None)
    if stated:
        return stated
    year = _YEAR_ROW.search(cell)
    if year is None or len(cell) > 60:
        return None
    if monthly:
        month = parse_month(monthly.group(1))
        return day_in(int(year.group()), month, int(monthly.group(2))) if month else None
    first = next((each[0] for each in find_days(words)), None)
    return day_in(int(year.group()), first.month, first.day) if first else None


def _spoken(script: Script) -> Iterator[Call]:
    """Yield the calls of a sentence: "at 103.000% if redeemed in the twelve months from March 15, 2028, 101.500% …"."""
    for announced in re.finditer(r"redemption prices?", script.text[:_REACH], re.I):
        end = script.text.find("\n", announced.end())
        end = min(end if end >= 0 else len(script.text), announced.end() + 1_200)
        start, _ = script.flow.paragraph(announced.start())
        words = script.text[announced.end() : end]
        matches = list(_SPOKEN.finditer(words))
        if len(matches) < 2:
            continue
        monthly = _BEGINNING.search(script.text, start, end)
        for match in matches:
            price = match.group(3) or match.group(4)
            day = _day(
                match.group(1) or match.group(2) or match.group(5) or match.group(6), monthly, script.text[start:end]
            )
            if day is not None:
                yield Call(day, Decimal(price).normalize() + 0, start, announced.end() + match.end())
        return


def _par_calls(script: Script) -> Iterator[Call]:
    """Yield the dates from which notes may be redeemed at par: those that define the par call date of each series."""
    series = script.once(read_series)
    years = {each.year for each in series}
    calls: dict[date, Call] = {}
    for found in _PAR.finditer(script.text, 0, _REACH):
        start, end = script.flow.paragraph(found.start())
        start = max(start, found.start() - 320)
        for day, _, stop in find_days(script.text, start, min(end, found.end() + 160)):
            if not years or day.year in years or day.year + 1 in years:
                calls.setdefault(day, Call(day, Decimal(100), start, max(stop, found.end())))
    days = [each for each in calls.values() if each.day not in _maturities(script)]
    yield from days[: max(1, len(series))]
    if not days:
        for found in _AT_PAR.finditer(script.text, 0, _REACH):
            first = next((each[0] for each in find_days(found.group(1))), None)
            if first:
                yield Call(first, Decimal(100), found.start(), found.end())
                return


def _maturities(script: Script) -> frozenset[date]:
    stated = script.once(read_maturities)
    return frozenset(each.value.day for each in stated if isinstance(each.value, DateValue))


@rule("offering.make_whole", version=1)
def read_make_whole(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    found = _MAKE_WHOLE.search(script.text, 0, _REACH)
    terms = ("make-whole", "Applicable Premium", "Treasury Rate plus")
    if found is None:
        value = YesNoValue(False) if re.search(r"redemption|redeem", script.text[:_REACH], re.I) else None
        return Proposal(
            spec.key, ProposalState.ABSENT, value, (), ReadingMethod.RULE, 0.88, search=document.search(terms)
        )
    start, end = script.flow.paragraph(found.start())
    place = (max(start, found.start() - 300), min(end, found.end() + 200))
    return propose(document, spec, [Found(YesNoValue(True), (place,), 0.95)], terms)


@rule("offering.make_whole_spread", version=1)
def read_spread(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    count = max(1, len(script.once(read_series)))
    places: dict[str, tuple[QuantityValue, int, int]] = {}
    for found in _SPREAD.finditer(script.text, 0, _REACH):
        stated = [found, *_MORE_POINTS.finditer(script.text, found.end(), found.end() + 60 * count)]
        for each in stated:
            points = QuantityValue(Decimal(each.group(1)), "bps")
            places.setdefault(each.group(1), (points, found.start(), each.end()))
    spreads = list(places.values())[:count]
    terms = ("Treasury Rate plus", "basis points")
    if not spreads:
        return propose(document, spec, [], terms, absent=0.85)
    read = Found(list_of(each[0] for each in spreads), tuple((each[1], each[2]) for each in spreads), 0.92)
    return propose(document, spec, [read], terms)


@rule("offering.change_of_control", version=1)
def read_control_price(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Change of Control", "repurchase", "101%")
    folded = script.text[:_REACH].lower()
    for found in _CONTROL.finditer(script.text, 0, _REACH):
        begin = max(0, found.start() - _CONTROL_REACH)
        bought = folded.rfind("purchase", begin, found.start())
        begin = max(begin, folded.rfind("%", begin, found.start()))
        control = folded.find("change of control", begin, bought) if bought > begin else -1
        if control >= 0:
            value = QuantityValue(parse_percent(found.group(1)) or Decimal(0), "%")
            return propose(document, spec, [Found(value, ((control, found.end()),), 0.95)], terms)
    return propose(document, spec, [], terms, absent=0.85)


@rule("offering.equity_claw", version=1)
def read_equity_claw(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Equity Offering", "up to 40%")
    found = _CLAW.search(script.text, 0, _REACH) or _CLAW_OTHER.search(script.text, 0, _REACH)
    if found is None:
        return propose(document, spec, [], terms, absent=0.9)
    start, end = script.flow.paragraph(found.start())
    until = _UNTIL.search(script.text, max(start, found.start() - 260), found.start()) or _UNTIL.search(
        script.text, found.start(), min(end, found.end() + 200)
    )
    day = next((each[0] for each in find_days(until.group(1))), None) if until else None
    share, price = (Decimal(found.group(at)).normalize() + 0 for at in (1, 2))
    row = (QuantityValue(share, "%"), QuantityValue(price, "%"), DateValue(day) if day else None)
    return propose(
        document,
        spec,
        [Found(table(CLAW_COLUMNS, [row]), ((max(start, found.start() - 200), found.end()),), 0.93)],
        terms,
    )

"""Reads the series of notes that are offered: names, amounts, coupons, prices and maturities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.quantities.dates import DATE
from app.review.proposals import FieldCheck, Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue, QuantityValue, TextValue, Value
from workers.extraction.days import find_days
from workers.extraction.fields.agreements.figures import MONEY, PERCENT, WHOLE_PERCENT, find_money, find_percents
from workers.extraction.fields.agreements.grids import find_tables
from workers.extraction.fields.agreements.openings import print_title
from workers.extraction.fields.agreements.script import Found, Script, list_of, propose, script_of
from workers.extraction.fields.offering.summary import find_rows
from workers.extraction.fields.reader import ReadDocument, rule

_TITLE: Final = re.compile(
    rf"((?:{WHOLE_PERCENT} ?%|Floating Rate|FLOATING RATE|Zero Coupon|ZERO COUPON) "
    rf"(?:[A-Z][\w-]{{1,20}},? ){{0,6}}"
    r"(?:Notes|NOTES|Debentures|DEBENTURES|Bonds|BONDS|Securities|SECURITIES))(?:,? (?:Series|SERIES) [A-Z0-9]{1,3},?)?"
    rf",?(?:[ \n](?:due|Due|DUE)[ \n](?:({DATE})|(20\d\d)))",
    re.I,
)
_EXISTING: Final = re.compile(
    r"(?:existing|outstanding|redeem|repay|refinanc|tender|previously|prior|repurchase|retire|defease|discharge"
    r"|exchange for)[^.\n]{0,160}$",
    re.I,
)
_OFFERED: Final = re.compile(
    rf"(?:^|[\n\t]|{MONEY}(?: (?:in )?(?:aggregate )?principal amount)?(?: of)?(?: our| its| the Issuer's)? ?)$"
)
"""What stands before the name of notes that are offered: the beginning of a line, or their amount."""

_PRINCIPAL: Final = re.compile(
    rf"({MONEY})(?:[ \n](?:in )?(?:aggregate )?(?:principal amount)?)?(?: of)?(?: our| its| the Issuer's| the)?[ \n]*$",
    re.I,
)
_AMOUNT_ROW: Final = (
    r"(?:securities|notes|senior notes|debt securities)(?: offered| being offered)?|(?:aggregate )?principal amount"
    r"(?: offered)?|issue|(?:the )?offering|size|amount(?: offered)?"
)
_AMOUNT_TEXT: Final = re.compile(rf"({MONEY})(?: in)?(?: aggregate)? principal amount of", re.I)
_COUPON_TEXT: Final = re.compile(
    rf"(?:bear|accrue|pay)s?(?: cash)? interest[^.\n]{{0,60}}? at (?:an? |the )?(?:annual |fixed )?(?:rate|rate "
    rf"per annum)?[^.\n%]{{0,20}}?({PERCENT})",
    re.I,
)
_MARGIN: Final = re.compile(
    rf"(?:Compounded SOFR|SOFR|EURIBOR|SONIA|LIBOR|benchmark)[^.\n%]{{0,60}}?plus (?:a margin of )?({PERCENT})", re.I
)
_COUPON_ROW: Final = r"(?:interest rate|interest|coupon|rate of interest)"
_PRICE_LABEL: Final = re.compile(
    r"(?:issue|(?:initial )?(?:public )?offering) price|price to (?:the )?(?:public|investors)", re.I
)
_PRICE_TEXT: Final = re.compile(
    rf"(?:issue price|(?:initial )?(?:public )?offering price|price to (?:the )?(?:public"
    rf"|investors))s?\b[^%\n.]{{0,70}}?({PERCENT})",
    re.I,
)
_MATURES: Final = re.compile(
    rf"(?:matures?|maturing|mature and become due|due and payable|final maturity)[^.\n]{{0,60}}?(?:on|is|:) ({DATE})",
    re.I,
)
_MATURITY_ROW: Final = r"(?:stated |final |scheduled )?maturity(?: dates?)?"
_PAYABLE: Final = re.compile(
    r"(?:on|each|every) ((?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{1,2}"
    r"(?:(?:,| and|, and) (?:each )?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{1,2}){0,3})"
    r"(?!,? \d{4})",
    re.I,
)
_COVER, _REACH = 9_000, 200_000
_LEAST: Final = 10_000_000
_TERMS: Final = ("Notes due", "aggregate principal amount", "will mature on")


@dataclass(frozen=True, slots=True)
class Stated:
    """A value at `start` to `end` of the joined text."""

    value: Value
    start: int
    end: int
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Series:
    """A series of notes: its name at `start` to `end`, coupon in percent (None if floating), and when it falls due."""

    name: str
    coupon: Decimal | None
    year: int
    day: date | None
    start: int
    end: int


def read_series(script: Script) -> tuple[Series, ...]:
    """Return the series that the cover names, in order."""
    text = script.text
    for reach in (_COVER, 40_000):
        found: dict[tuple[str, int], Series] = {}
        named = [
            match
            for match in _TITLE.finditer(text, 0, reach)
            if not _EXISTING.search(text[max(0, match.start() - 170) : match.start()])
        ]
        offered = [match for match in named if _OFFERED.search(text[max(0, match.start() - 90) : match.start()])]
        for match in offered or named:
            series = _series(match)
            found.setdefault((str(series.coupon), series.year), series)
        if found:
            return _of_cover(tuple(found.values()))
    return ()


def _of_cover(series: Sequence[Series]) -> tuple[Series, ...]:
    """Return the series that stand near the first one: others are mentioned, not offered."""
    near = [series[0]]
    near += [each for each in series[1:] if each.start - near[-1].end < 1_200 and each.start < 4_000]
    return tuple(near)


def _series(match: re.Match[str]) -> Series:
    percent = next(find_percents(match.group(1)), None)
    day = next((each[0] for each in find_days(match.group(2))), None) if match.group(2) else None
    year = day.year if day else int(match.group(3))
    return Series(
        print_title(match.group()), percent.value.number if percent else None, year, day, match.start(), match.end()
    )


def read_amounts(script: Script) -> tuple[Stated, ...]:
    """Return the principal amount of each series, in their order; those of the whole offering without series."""
    series, text = script.once(read_series), script.text
    found = []
    for each in series:
        stated = _before(text, each) or _in_sentence(text, each)
        if stated is None:
            break
        found.append(stated)
    if found and len(found) == len(series):
        return tuple(found)
    for row in find_rows(script, _AMOUNT_ROW):
        amounts = [each for each in find_money(row.words) if each.value.number >= _LEAST]
        if amounts:
            return tuple(
                Stated(each.value, row.start, row.words_start + each.end, 0.92)
                for each in amounts[: max(1, len(series))]
            )
    match = next((each for each in _AMOUNT_TEXT.finditer(text, 0, _REACH)), None)
    money = next(find_money(text, match.start(1)), None) if match else None
    return (
        ()
        if money is None or match is None or money.value.number < _LEAST
        else (Stated(money.value, match.start(), match.end() + 60, 0.8),)
    )


def _before(text: str, series: Series) -> Stated | None:
    """Return the amount just before the first name of the series: on its line, or above the issuer's name."""
    begin = max(0, series.start - 260)
    amounts = [each for each in find_money(text, begin, series.start) if each.value.number >= _LEAST]
    if not amounts:
        return None
    between = text[amounts[-1].end : series.start]
    if _TITLE.search(between) or re.search(r"[.;] (?=[A-Z][a-z])", between):
        return None
    return Stated(amounts[-1].value, amounts[-1].start, series.end)


def _in_sentence(text: str, series: Series) -> Stated | None:
    for match in _TITLE.finditer(text, 0, _REACH):
        other = _series(match)
        if (other.coupon, other.year) != (series.coupon, series.year):
            continue
        before = _PRINCIPAL.search(text[max(0, match.start() - 110) : match.start()])
        if before:
            start = max(0, match.start() - 110) + before.start()
            money = next(find_money(text, start), None)
            if money and money.value.number >= _LEAST:
                return Stated(money.value, start, match.end())
    return None


def read_coupons(script: Script) -> tuple[Stated, ...]:
    series, text = script.once(read_series), script.text
    if series and all(each.coupon is not None for each in series):
        return tuple(Stated(QuantityValue(each.coupon or Decimal(0), "%"), each.start, each.end) for each in series)
    floating = _first(_MARGIN, text)
    fixed = iter(
        [Stated(QuantityValue(each.coupon, "%"), each.start, each.end) for each in series if each.coupon is not None]
    )
    if series:
        return tuple(
            each for one in series if (each := (next(fixed, None) if one.coupon is not None else floating)) is not None
        )
    for row in find_rows(script, _COUPON_ROW):
        percent = next(find_percents(row.words), None)
        if percent:
            return (Stated(percent.value, row.start, row.words_start + percent.end, 0.9),)
    stated = _first(_COUPON_TEXT, text)
    return (stated,) if stated else ()


def _first(pattern: re.Pattern[str], text: str) -> Stated | None:
    match = pattern.search(text, 0, _REACH)
    percent = next(find_percents(text, match.start(1), match.end(1)), None) if match else None
    return Stated(percent.value, match.start(), match.end(), 0.9) if match and percent else None


def read_prices(script: Script) -> tuple[Stated, ...]:
    """Return the issue price of each series, from the cover's table, a row, or a sentence."""
    count = max(1, len(script.once(read_series)))
    for read in (_table_prices, _spoken_prices):
        prices = list(read(script))
        if prices:
            return tuple(prices[:count])
    return ()


def _is_price(number: Decimal) -> bool:
    return Decimal(70) <= number <= Decimal(125)


def _table_prices(script: Script) -> Iterator[Stated]:
    for grid in find_tables(script.flow, 0, min(_COVER, len(script.text))):
        heads = [row for row in grid.rows if any(_PRICE_LABEL.search(cell) for cell in row.cells)]
        if not heads:
            continue
        head = heads[0]
        percents = [
            (cell, column) for column, cell in enumerate(head.cells) if re.fullmatch(r"\d{2,3}(?:\.\d+)?\s?%.*", cell)
        ]
        rows = [head] if percents else [row for row in grid.rows if row.start > head.start]
        column = None if percents else next(at for at, cell in enumerate(head.cells) if _PRICE_LABEL.search(cell))
        for row in rows:
            cells = row.cells if column is None else row.cells[column : column + 1]
            place = script.flow.find_place(grid.page, row.start, row.end)
            seen: set[str] = set()
            for cell in cells:
                percent = next(find_percents(cell), None)
                if percent and _is_price(percent.value.number) and place and cell not in seen:
                    seen.add(cell)
                    yield Stated(percent.value, *place)
        return


def _spoken_prices(script: Script) -> Iterator[Stated]:
    seen: set[str] = set()
    for match in _PRICE_TEXT.finditer(script.text, 0, _REACH):
        percent = next(find_percents(script.text, match.start(1), match.end(1)), None)
        if percent and _is_price(percent.value.number) and str(percent.value.number) not in seen:
            seen.add(str(percent.value.number))
            yield Stated(percent.value, match.start(), match.end(), 0.92)


def read_maturities(script: Script) -> tuple[Stated, ...]:
    """Return the maturity date of each series: the stated one of the year in which its name says it falls due."""
    series = script.once(read_series)
    known = list(_maturity_days(script))
    if not series:
        return (known[0],) if known else ()
    found = []
    for each in series:
        if each.day:
            found.append(Stated(DateValue(each.day), each.start, each.end))
            continue
        fitting = next(
            (day for day in known if isinstance(day.value, DateValue) and day.value.day.year == each.year), None
        )
        if fitting is None:
            return ()
        found.append(fitting)
    return tuple(found)


def _maturity_days(script: Script) -> Iterator[Stated]:
    for row in find_rows(script, _MATURITY_ROW):
        for day, _, end in find_days(row.words):
            yield Stated(DateValue(day), row.start, row.words_start + end)
    for match in _MATURES.finditer(script.text, 0, _REACH):
        stop = script.text.find(".", match.end())
        stop = min(stop if stop >= 0 else match.end(), match.end() + 260)
        for day, _, end in find_days(script.text, match.start(1), max(stop, match.end())):
            yield Stated(DateValue(day), match.start(), end, 0.93)
    for each in script.definitions.find(r"(?:stated |final )?maturity(?: date)?"):
        for day, _, end in find_days(each.text(script.flow)[:400]):
            yield Stated(DateValue(day), each.start, each.body + end, 0.93)


def propose_each(
    document: ReadDocument,
    spec: FieldSpec,
    stated: Sequence[Stated],
    terms: Sequence[str],
    *,
    checks: Sequence[FieldCheck] = (),
) -> Proposal:
    """Propose the values as a list, in order."""
    if not stated:
        return propose(document, spec, [], terms, absent=0.75)
    count = max(1, len(script_of(document).once(read_series)))
    confidence = min(each.confidence for each in stated) * (1 if len(stated) == count else 0.6)
    found = Found(list_of(each.value for each in stated), tuple((each.start, each.end) for each in stated), confidence)
    return propose(document, spec, [found], terms, checks=checks)


@rule("offering.notes", version=1)
def read_notes(document: ReadDocument, spec: FieldSpec) -> Proposal:
    series = script_of(document).once(read_series)
    stated = [Stated(TextValue(each.name), each.start, each.end) for each in series]
    return propose_each(document, spec, stated, _TERMS)


@rule("offering.amount", version=1)
def read_amount(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return propose_each(
        document, spec, script_of(document).once(read_amounts), ("aggregate principal amount", "Notes offered")
    )


@rule("offering.currency", version=1)
def read_currency(document: ReadDocument, spec: FieldSpec) -> Proposal:
    amounts = script_of(document).once(read_amounts)
    units = list(
        dict.fromkeys(each.value.unit for each in amounts if isinstance(each.value, QuantityValue) and each.value.unit)
    )
    found = [
        Found(TextValue(unit), ((amounts[0].start, amounts[0].end),), 0.95 if len(units) == 1 else 0.6)
        for unit in units[:1]
    ]
    return propose(document, spec, found, ("principal amount",))


@rule("offering.coupon", version=1)
def read_coupon(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return propose_each(document, spec, script_of(document).once(read_coupons), ("bear interest at", "per annum"))


@rule("offering.issue_price", version=1)
def read_price(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return propose_each(
        document, spec, script_of(document).once(read_prices), ("Issue price", "offering price", "price to public")
    )


@rule("offering.maturity_date", version=1)
def read_maturity(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return propose_each(document, spec, script_of(document).once(read_maturities), ("will mature on", "Maturity date"))


@rule("offering.interest_payment_dates", version=1)
def read_payment_dates(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Interest payment dates", "payable semi-annually")
    for row in find_rows(script, r"interest payment(?: dates?)?|interest(?: payments?)?"):
        match = _PAYABLE.search(f"on {row.words}")
        if match:
            return propose(document, spec, [Found(TextValue(match.group(1)), ((row.start, row.end),), 0.93)], terms)
    for match in _PAYABLE.finditer(script.text, 0, _REACH):
        before = script.text[max(0, match.start() - 200) : match.start()]
        if re.search(r"interest", before, re.I):
            return propose(
                document,
                spec,
                [Found(TextValue(match.group(1)), ((max(0, match.start() - 120), match.end()),), 0.92)],
                terms,
            )
    return propose(document, spec, [], terms, absent=0.75)

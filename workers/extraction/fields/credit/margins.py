"""Rules for the interest margin and the commitment fee."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.definitions import Definition
from workers.extraction.fields.agreements.figures import PERCENT, parse_percent
from workers.extraction.fields.agreements.grids import find_tables
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.credit.rate_grids import Rate, is_letter_fee, read_grid
from workers.extraction.fields.credit.rate_words import read_rates
from workers.extraction.fields.reader import ReadDocument, rule

_MARGIN: Final = (
    r"applicable (?:interest )?(?:rate|margin|percentage|spread)s?",
    r"(?:interest )?margin|interest rate margin",
    r"applicable .*(?:margin|spread|loan rate)",
    r".*\b(?:applicable )?(?:margin|spread)",
    r".*applicable (?:rate|percentage)",
)
_NOT_MARGIN: Final = re.compile(
    r"fee|commitment|letter|l/c|default|unused|sustainab|cash|stock|regulat|increase|adjust|credit spread"
    r"|currency|pro rata|borrowing base|net|gross|discount|operating|initial margin|ebitda|esg|kpi"
)
_FEE: Final = (
    r"(?:applicable )?(?:commitment|facility|unused(?: line| commitment| facility)?|undrawn(?: commitment)?"
    r"|ticking|revolving commitment|revolver commitment) fee(?: rate| percentage| margin)?",
    r"applicable (?:unused line fee|unused commitment fee|commitment fee|facility fee|unused fee|undrawn fee"
    r"|fee)(?: percentage| rate| margin)?",
    r"(?:applicable )?(?:unused|commitment) (?:rate|percentage)",
    r".*commitment fee (?:rate|percentage)",
)
_CLAUSE: Final = re.compile(
    r"\b(commitment|facility|unused(?: line| commitment| facility)?|undrawn|ticking|non-use|unutilized "
    r"commitment) fees?\b\"?\)?"
    rf"(?:[^.]|\.(?=\d)){{0,300}}?(?:at (?:a|the)(?: per annum)? rate|equal to|at the rate|rate of|computed at"
    rf"|calculated "
    rf"at|multiplied by|product of|fee of)[^.\n%]{{0,90}}?\b({PERCENT})(?: per annum)?"
    r"( of the (?:applicable |then applicable )?(?:Margin|Applicable))?",
    re.I,
)
_FACILITY: Final = re.compile(
    r"((?:Term|Revolving|Revolver|Tranche|Delayed|Initial|Facility)[\w -]{0,40}?"
    r"(?:Loans?|Facility(?: [A-Z])?|Commitments?|Advances))(?![\w-])"
)
_ANOTHER: Final = re.compile(
    r"notwithstanding|from and after|sustainab|if (?:the|any)|effective|provided|in the event|during", re.I
)
MARGIN_COLUMNS: Final = ("Level", "When", "Loans", "Margin")
FEE_COLUMNS: Final = ("Fee", "Level", "When", "Rate")
_MARGIN_TERMS: Final = ("Applicable Margin", "Applicable Rate", "Margin", "percentage per annum")
_PLUS: Final = re.compile(
    rf"\b(?:SOFR|LIBOR|LIBO Rate|EURIBOR|SONIA|Prime Rate|Base Rate|Benchmark)(?: Rate)?\b[^.;\n%]{{0,90}}?"
    rf"(?:,? plus|and \(\w\)) (?:a margin of |the sum of )?({PERCENT})"
)
"""A margin in the definition of a rate: "the sum of (a) Term SOFR and (b) 5.25%"."""

_FEE_TERMS: Final = ("commitment fee", "facility fee", "unused fee", "undrawn fee", "ticking fee")
_CLAUSE_END = 400_000


class Rates:
    """Rates with their places in the flow."""

    def __init__(self) -> None:
        self.rates: list[Rate] = []
        self.places: list[tuple[int, int]] = []
        self.confidence = 0.95


def read_margins(script: Script) -> Rates:
    """Return the margins of the first definition that states any, and of those for other facilities."""
    found = Rates()
    for each in script.definitions.find(*_MARGIN):
        if _NOT_MARGIN.search(each.term.casefold()) or (found.rates and not _is_of_facility(each.term)):
            continue
        _add(script, each, found)
    if not found.rates:
        for each in script.definitions.find(r".*\b(?:interest|basic|applicable|contract|loan) rate"):
            stated = _PLUS.search(each.text(script.flow)[:2_000])
            percent = parse_percent(stated.group(1)) if stated else None
            if stated and percent is not None:
                found.rates.append(Rate(None, None, None, percent, False, (0, 0, 0)))
                found.places.append((each.start, each.body + stated.end()))
                found.confidence = 0.7
                break
    return found


def _is_of_facility(term: str) -> bool:
    return bool(re.search(r"(?i)term|revolv|tranche|facility [a-z]", term))


def _add(script: Script, each: Definition, found: Rates) -> None:
    flow, body = script.flow, each.text(script.flow)
    of = each.term if _is_of_facility(each.term) else None
    seen: set[tuple[str, str]] = set()
    grids: list[tuple[list[Rate], str | None]] = []
    for grid in find_tables(flow, each.start, each.end):
        rates = [rate for rate in read_grid(grid) if not is_letter_fee(rate)]
        if not rates:
            continue
        before = flow.pages[grid.page].text[: grid.start].rstrip().rsplit("\n", 1)[-1]
        keys = {(rate.level or rate.when or "", (rate.loans or "").casefold()) for rate in rates}
        label = _facility_of(before)
        if keys & seen and (label is None or _ANOTHER.search(before[:60])):
            continue
        seen |= keys
        grids.append((rates, label))
        found.places.append((each.start, each.body + min(len(body), 200)))
        found.places += _flow_places(script, grid.page, rates)
    others = _before_grid(script, each) if grids else []
    are_parted = len({label for _, label in grids}) > 1 or bool(others)
    found.rates += others
    found.rates += [_of(rate, label if are_parted else None) for rates, label in grids for rate in rates]
    if not grids:
        spoken = list(read_rates(body))
        for rate in spoken:
            loans = rate.loans or (re.sub(r"(?i) ?applicable (?:margin|rate)| margin$", "", of) if of else None)
            found.rates.append(Rate(None, rate.when, loans or None, rate.percent, False, (0, 0, 0)))
        if spoken:
            found.places.append((each.start, each.body + spoken[-1].end))
            found.confidence = min(
                found.confidence, 0.92 if all(rate.loans for rate in spoken) or len(spoken) == 1 else 0.7
            )


def _before_grid(script: Script, each: Definition) -> list[Rate]:
    """Return the rates that the words before the first table state for other loans than those of the table."""
    body = each.text(script.flow)
    at = body.find("\t")
    lead = body[: body.rfind("\n", 0, at)] if at >= 0 else ""
    rates = [
        rate for rate in read_rates(lead) if rate.loans and re.search(r"(?i)term|revolv|tranche|facility", rate.loans)
    ]
    return [Rate(None, rate.when, rate.loans, rate.percent, False, (0, 0, 0)) for rate in rates]


def _facility_of(before: str) -> str | None:
    """Return the facility that the words before a table name last."""
    named = _FACILITY.findall(before[-600:])
    return named[-1] if named else None


def _of(rate: Rate, label: str | None) -> Rate:
    if label is None or rate.is_fee or (rate.loans and label.casefold() in rate.loans.casefold()):
        return rate
    loans = f"{label}: {rate.loans}" if rate.loans else label
    return Rate(rate.level, rate.when, loans, rate.percent, rate.is_fee, rate.place)


def _flow_places(script: Script, page: int, rates: Sequence[Rate]) -> Iterator[tuple[int, int]]:
    for start, end in dict.fromkeys(rate.place[1:] for rate in rates):
        bounds = script.flow.find_place(page, start, end)
        if bounds:
            yield bounds


@rule("credit.interest_margin", version=1)
def read_margin_field(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    read = script.once(read_margins)
    rates = [rate for rate in read.rates if not rate.is_fee]
    if not rates:
        return propose(document, spec, [], _MARGIN_TERMS, absent=0.7, is_always=script.is_whole)
    rows = ((text(rate.level), text(rate.when), text(rate.loans), QuantityValue(rate.percent, "%")) for rate in rates)
    confidence = read.confidence if all(rate.loans for rate in rates) or len(rates) == 1 else min(read.confidence, 0.75)
    return propose(document, spec, [Found(table(MARGIN_COLUMNS, rows), tuple(read.places), confidence)], _MARGIN_TERMS)


@rule("credit.commitment_fee", version=1)
def read_fee_field(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    found = _of_definitions(script) or _of_margin_grid(script) or _of_clause(script)
    if found is None:
        return propose(document, spec, [], _FEE_TERMS, absent=0.85)
    return propose(document, spec, [found], _FEE_TERMS)


def _of_definitions(script: Script) -> Found | None:
    read = Rates()
    name = ""
    for each in script.definitions.find(*_FEE):
        _add(script, each, read)
        if read.rates:
            name = _fee_name(each.term)
            break
    return _fee(name, read.rates, read.places, 0.94) if read.rates else None


def _of_margin_grid(script: Script) -> Found | None:
    read = script.once(read_margins)
    rates = [rate for rate in read.rates if rate.is_fee]
    return _fee(_fee_name(rates[0].loans or "Commitment Fee"), rates, read.places, 0.94) if rates else None


def _of_clause(script: Script) -> Found | None:
    for found in _CLAUSE.finditer(script.text, 0, _CLAUSE_END):
        percent = parse_percent(found.group(2))
        if percent is None or percent > (60 if found.group(3) else 3):
            continue
        rate = Rate(None, "of the Margin" if found.group(3) else None, None, percent, True, (0, 0, 0))
        start, _end = script.flow.paragraph(found.start())
        return _fee(_fee_name(found.group(1) + " fee"), [rate], [(max(start, found.start() - 100), found.end())], 0.85)
    return None


def _fee(name: str, rates: Sequence[Rate], places: Sequence[tuple[int, int]], confidence: float) -> Found:
    rows = ((text(name), text(rate.level), text(rate.when), QuantityValue(rate.percent, "%")) for rate in rates)
    return Found(table(FEE_COLUMNS, rows), tuple(places), confidence)


def _fee_name(term: str) -> str:
    plain = re.sub(r"(?i)^applicable |\s*\b(?:rate|percentage|margin)$|\(.*", "", term).strip()
    plain = plain if re.search(r"(?i)fee", plain) else f"{plain} fee"
    return plain[:1].upper() + plain[1:].lower()

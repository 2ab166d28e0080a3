"""Reads the facilities of a credit agreement: names and amounts.

Amounts stand in the definitions of commitments ("The initial aggregate amount of the Revolving Commitments is
$500,000,000"), in the clause that grants the facilities, on the cover, or as totals of the schedule of commitments.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.definitions import Definition
from workers.extraction.fields.agreements.figures import MONEY, find_money
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.credit.amendments import find_new_amount
from workers.extraction.fields.credit.families import find_family, is_part_of_facility, print_facility
from workers.extraction.fields.reader import ReadDocument, rule

_TERM: Final = (
    r".*\bcommitments?",
    r".*\bfacilit(?:y|ies)",
    r"(?:maximum )?(?:revolver|revolving)(?: credit)?(?: loan)? amount",
    r"(?:.* )?commitment amount",
    r"(?:total|maximum|aggregate) (?:credit|loan|facility) amount",
    r"facility [a-z]\d?",
    r".*term loans?(?: [a-z])?",
    r"revolving line.*",
    r"(?:maximum )?credit (?:line|limit)",
)
_STATED: Final = re.compile(
    rf"(?:[Aa]ggregate|[Tt]otal|[Ii]nitial|[Oo]riginal|[Pp]rincipal|[Cc]ombined|being|equal to"
    rf"|amount)[^.;\n$€£¥]{{0,170}}?(?:\bis"
    rf"|\bwas|\bare|\bbeing|equal to|\bof|equals|shall be|\bbe|exceed|exceeding|up to|amount|means|has|totals?)"
    rf"[ ,:]{{1,2}}(?:an? (?:aggregate|principal)[\w ]{{0,30}} of |initially |(?:(?:[A-Z][\w/-]{{0,12}}"
    rf"|and)[ -]){{1,12}}\()?({MONEY})"
)
_DIRECT: Final = re.compile(
    rf"[ ,:]{{0,3}}(?:an (?:aggregate )?amount (?:equal to|of) |(?:up to )|the sum of |"
    rf"(?:[A-Z][a-z]{{2,12}}[ -]){{1,8}}(?:Dollars )?\()?({MONEY})"
)
_SUM: Final = re.compile(r"\bsum of\b[^.;\n]{0,80}", re.I)
_GRANT: Final = re.compile(
    r"(?:an? |the |\d\) |(?:\([a-z\d]{1,3}\) ))(?:(?:senior|secured|unsecured|first|lien|new|\d-year"
    r"|multicurrency|cash flow|initial|five-year|three-year|seven-year|asset-based|364-day|dollar|euro|sterling)"
    r"(?: |, )){0,6}"
    r"((?:tranche [a-c] |delayed[- ]draw |revolving |revolving credit |term |bridge )(?:loan |credit |loans? )?"
    r"(?:[a-c] )?(?:facility(?: [a-c]\d?)?|loans?|commitments?|credit facility|line of credit))"
    rf"[^.;\n$€£¥]{{0,120}}?(?:aggregate |principal |maximum |total )*(?:amount|sum)[\w ()]{{0,40}}? (?:of|to"
    rf"|exceeding|exceed|being)(?: up to)? ({MONEY})",
    re.I,
)
_COVER: Final = re.compile(
    rf"({MONEY})[ \n,](?:(?:SENIOR|Senior|senior|SECURED|Secured|secured|UNSECURED|Unsecured|unsecured|FIRST"
    rf"|First|LIEN|Lien|FIVE-YEAR|\w+-YEAR|\w+-Year|MULTICURRENCY|Multicurrency|ASSET-BASED"
    rf"|Asset-Based)[ \n]){{0,5}}"
    r"((?:(?:DELAYED|Delayed|DRAW|Draw|REVOLVING|Revolving|revolving|TERM|Term|term|LOAN|Loan|loan|CREDIT|Credit"
    r"|credit|BRIDGE|Bridge|TRANCHE|Tranche|A|B)[ \n]?){1,5}(?:FACILITY|Facility|facility|LOANS?|Loans?"
    r"|COMMITMENTS?|Commitments?)?(?: [A-C]\b)?)"
)
_CALLED: Final = re.compile(
    rf"({MONEY})\)?[^.;\n\"]{{0,120}}?\([^()\"\n]{{0,80}}\"((?:[A-Z][\w-]{{0,20}} ){{0,4}}(?:Loans?|Facility"
    rf"|Commitments?)(?: [A-Z]\b)?)\""
)
_TOTAL: Final = re.compile(r"(?<=\n)(?:TOTALS?|Totals?|Total Commitments?|AGGREGATE|Aggregate):?\t([^\n]{3,300})")
_NOT_STATED: Final = re.compile(r"(?:increment|multiple|minimum|not less than|integral|excess of)[^.;]{0,40}$", re.I)
_GENERAL: Final = re.compile(
    r"(?:aggregate |total |initial |maximum )*(?:commitments?|credit facilit(?:y|ies)|facilit(?:y|ies)|loans?)", re.I
)
COLUMNS: Final = ("Facility", "Amount")
_TERMS: Final = ("commitment", "facility", "aggregate principal amount", "Schedule of commitments")
_COVER_END, _GRANT_END = 6_000, 400_000


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility and its amount, stated from `start` to `end`. `was` is what an amendment replaces."""

    name: str
    amount: QuantityValue
    start: int
    end: int
    confidence: float
    was: "Facility | None" = None

    @property
    def family(self) -> str | None:
        return find_family(self.name)


def read_facilities(script: Script) -> tuple[Facility, ...]:
    """Return the facilities, in the order in which their commitments are defined."""
    defined, parts = _defined(script)
    found = [each for each in defined if each.name.casefold() not in parts]
    for others in (_granted(script), _called(script), _on_cover(script), _of_schedule(script)):
        known = {each.family for each in found}
        amounts = {each.amount.number for each in found}
        found += [each for each in others if each.family not in known and each.amount.number not in amounts]
    return _without_totals(found)


def _defined(script: Script) -> tuple[list[Facility], frozenset[str]]:
    """Return the facilities that definitions state, and the names of those that are part of another one."""
    found: dict[str, Facility] = {}
    parts: set[str] = set()
    for each in script.definitions.find(*_TERM):
        if is_part_of_facility(each.term):
            continue
        body = each.text(script.flow)
        name = print_facility(each.term)
        stated = _stated(each, body)
        if stated is None:
            continue
        summed = _SUM.search(body)
        if summed:
            parts |= {
                print_facility(term).casefold()
                for term in re.findall(r"((?:[A-Z][\w-]* )+Commitments?)", summed.group())
            }
        family = find_family(name) or name.casefold()
        if family not in found or name.casefold() in parts:
            facility = Facility(name, stated[0], each.start, stated[1], 0.93)
            amended = find_new_amount(script, each.term, facility.amount)
            if amended:
                amount, change = amended
                facility = Facility(name, amount, change.start, change.end, 0.9, was=facility)
            found.setdefault(name.casefold(), facility)
    kept: dict[tuple[str, str], Facility] = {}
    for facility in found.values():
        kept.setdefault((facility.family or facility.name.casefold(), str(facility.amount.number)), facility)
    return list(kept.values()), frozenset(parts)


def _stated(each: Definition, body: str) -> tuple[QuantityValue, int] | None:
    direct = _DIRECT.match(body)
    places = [direct] if direct else []
    places += [
        match
        for match in _STATED.finditer(body)
        if not _NOT_STATED.search(body[max(0, match.start(1) - 60) : match.start(1)])
    ]
    for place in places:
        money = next(find_money(body, place.start(1)), None)
        if money is not None and money.value.number >= 1_000_000:
            stop = body.find(".", money.end)
            return money.value, each.body + (min(stop + 1, money.end + 60) if stop >= 0 else money.end)
    return None


def _granted(script: Script) -> Iterator[Facility]:
    for found in _GRANT.finditer(script.text, 0, _GRANT_END):
        if is_part_of_facility(script.text[max(0, found.start() - 30) : found.end(1)]):
            continue
        money = next(find_money(script.text, found.start(2)), None)
        if money is not None and money.value.number >= 1_000_000:
            yield Facility(print_facility(found.group(1).strip().title()), money.value, found.start(), money.end, 0.85)


def _called(script: Script) -> Iterator[Facility]:
    """Yield the loans that a clause names after their amount: "of $30,000,000 (the "Term A Loans")"."""
    for found in _CALLED.finditer(script.text, 0, _GRANT_END):
        money = next(find_money(script.text, found.start(1)), None)
        name = found.group(2)
        if (
            money is not None
            and money.value.number >= 1_000_000
            and not is_part_of_facility(name)
            and find_family(name)
        ):
            yield Facility(print_facility(name), money.value, found.start(), found.end(), 0.85)


def _on_cover(script: Script) -> Iterator[Facility]:
    for found in _COVER.finditer(script.text, 0, _COVER_END):
        money = next(find_money(script.text, found.start(1)), None)
        if money is not None:
            name = " ".join(found.group(2).split())
            yield Facility(
                print_facility(name.title() if name.isupper() else name), money.value, found.start(), found.end(), 0.85
            )


def _of_schedule(script: Script) -> Iterator[Facility]:
    """Yield the totals of the schedule of commitments; its headings name the facilities."""
    for found in _TOTAL.finditer(script.text):
        cells = [cell for cell in found.group(1).split("\t") if find_next_money(cell)]
        before = script.text[max(0, found.start() - 6_000) : found.start()].split("\n")
        headings: list[str] = (
            next(
                (
                    row.split("\t")[-len(cells) :]
                    for row in reversed(before)
                    if "ommitment" in row and row.count("\t") >= len(cells)
                ),
                [],
            )
            if cells
            else []
        )
        if len(headings) == len(cells):
            for heading, cell in zip(headings, cells, strict=True):
                money = find_next_money(cell)
                if money is not None and money.number >= 1_000_000 and not is_part_of_facility(heading):
                    yield Facility(print_facility(heading), money, found.start(), found.end(), 0.85)


def find_next_money(words: str) -> QuantityValue | None:
    money = next(find_money(words), None)
    return money.value if money else None


def _without_totals(found: Sequence[Facility]) -> tuple[Facility, ...]:
    """Return the facilities without a general one whose amount is the sum of the others, or that of one of them."""
    special = [each for each in found if each.family is not None]
    if not special:
        return tuple(found)
    return tuple(special)


@rule("credit.facilities", version=1)
def read_facilities_field(document: ReadDocument, spec: FieldSpec) -> Proposal:
    facilities = script_of(document).once(read_facilities)
    if not facilities:
        return propose(document, spec, [], _TERMS, absent=0.75, is_always=script_of(document).is_whole)
    value = table(COLUMNS, ((text(each.name), each.amount) for each in facilities))
    places = tuple((each.start, each.end) for each in facilities)
    found = [Found(value, places, min(each.confidence for each in facilities))]
    for was in (each.was for each in facilities if each.was):
        original = table(COLUMNS, [(text(was.name), was.amount)])
        found.append(Found(original, ((was.start, was.end),), 0.0, "before the amendment"))
    return propose(document, spec, found, _TERMS)

"""Rule for the floor under the benchmark rate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.figures import PERCENT, parse_percent
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.reader import ReadDocument, rule

_FLOOR: Final = (
    r"(?:benchmark |sofr |term sofr |rate |interest rate |eurodollar |libo rate |adjusted term sofr )?floor",
    r".* floor",
)
_BENCHMARK: Final = re.compile(
    r"sofr|sonia|reference rate|euribor|libo|eurodollar|eurocurrency|cdor|corra|tibor|stibor|nibor|bbsy|term benchmark"
    r"|benchmark|rfr|central bank rate|screen rate",
    re.I,
)
_BASE: Final = re.compile(r"base rate|\babr\b|prime", re.I)
_LIST: Final = re.compile(
    r"(?:with respect to|for|of|in the case of)(?: each of| any| each)? ((?:the )?[A-Z€][^.;:()\d]{2,300}?)"
    r"(?:,? (?:shall|is|means|as applicable|of )|,? ?(?=\d)|$)"
)
_NAMED: Final = re.compile(r"loans?\b|facilit", re.I)
_INLINE: Final = re.compile(
    rf"(?:(?:less|lower) than|below) (zero|nil|(?:the )?Floor\b|{PERCENT})(?: per annum)?[^.;\n]{{0,160}}?"
    rf"(?:deemed|shall be|will be|treated)[^.;\n]{{0,80}}?(zero|nil|(?:the )?Floor\b|{PERCENT})",
    re.I,
)
_GREATER: Final = re.compile(rf"(?:greater|higher) of[^.;\n]{{0,200}}?(?:\(\w{{1,3}}\) )(zero|{PERCENT})", re.I)
_NEVER: Final = re.compile(
    rf"(?:in no event (?:shall|will)|shall not|may not)[^.;\n]{{0,80}}?be (?:(?:less|lower) than|below) (zero"
    rf"|nil|{PERCENT})",
    re.I,
)
COLUMNS: Final = ("Benchmark", "Floor")
_TERMS: Final = ("Floor", "less than zero", "deemed to be zero", "shall not be less than")


@dataclass(frozen=True, slots=True)
class Floor:
    benchmark: str | None
    percent: Decimal
    start: int
    end: int
    confidence: float


@rule("credit.benchmark_floor", version=1)
def read_floor(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    floors = list(_of_terms(script)) or list(_inline(script))
    if not floors:
        return propose(document, spec, [], _TERMS, absent=0.8)
    kept: dict[str, Floor] = {}
    for floor in floors:
        kept.setdefault((floor.benchmark or "").casefold(), floor)
    value = table(COLUMNS, ((text(each.benchmark), QuantityValue(each.percent, "%")) for each in kept.values()))
    places = tuple((each.start, each.end) for each in kept.values())
    return propose(document, spec, [Found(value, places, min(each.confidence for each in kept.values()))], _TERMS)


def _of_terms(script: Script) -> Iterator[Floor]:
    """Yield the floors of definitions of the term "Floor"; those of the benchmarks that the definition names."""
    for each in script.definitions.find(*_FLOOR):
        body = each.text(script.flow)[:2_500]
        found = list(re.finditer(rf"\bzero(?: per ?cent)?\b|{PERCENT}", body))
        if not found or _BASE.search(each.term):
            continue
        for number, match in enumerate(found[:6]):
            percent = parse_percent(match.group())
            before = body[found[number - 1].end() if number else 0 : match.start()]
            after = re.match(
                r"(?: per annum)? (?:with respect to|for|in the case of) ([^,;.]{3,90})", body[match.end() :]
            )
            named = (after.group(1) if after else None) or _named(before)
            if (
                percent is None
                or percent > 10
                or (number and named is None)
                or (named and _BASE.search(named) and number)
            ):
                continue
            benchmark = named or _from_term(each.term) or _benchmark_of(script)
            for one in re.split(r", | or | and ", benchmark) if benchmark else (None,):
                name = re.sub(r"^(?:(?:the|each|any) )+", "", one) if one else None
                yield Floor(name, percent, each.start, each.body + match.end(), 0.95 if name else 0.85)
        return


def _named(before: str) -> str | None:
    found = [match.group(1).strip(" ,") for match in _LIST.finditer(before) if _is_named(match.group(1))]
    return re.sub(r"^(?:the|each of) ", "", found[-1]) if found else None


def _is_named(words: str) -> bool:
    return bool(_BENCHMARK.search(words) or _NAMED.search(words))


def _from_term(term: str) -> str | None:
    plain = re.sub(r"(?i) ?floor$", "", term)
    return plain if _BENCHMARK.search(plain) else None


def _benchmark_of(script: Script) -> str | None:
    """Return the first benchmark whose definition says that it is not less than the floor."""
    for each in script.definitions.all:
        if _BENCHMARK.search(each.term) and not _BASE.search(each.term) and len(each.term) < 50:
            for match in _INLINE.finditer(each.text(script.flow)):
                if match.group(1).casefold().endswith("floor"):
                    return each.term
    return None


def _inline(script: Script) -> Iterator[Floor]:
    for each in script.definitions.all:
        if (
            not _BENCHMARK.search(each.term)
            or _BASE.search(each.term)
            or len(each.term) > 60
            or "replacement" in each.term.casefold()
        ):
            continue
        body = each.text(script.flow)[:4_000]
        found = next(
            (match for match in _INLINE.finditer(body) if not match.group(1).casefold().endswith("floor")), None
        )
        percent = _percent(found.group(1)) if found else None
        if found is None:
            found = _NEVER.search(body) or _GREATER.search(body)
            percent = _percent(found.group(1)) if found else None
        if found is not None and percent is not None and percent <= 10:
            start = max(each.start, each.body + found.start() - 200)
            yield Floor(each.term, percent, start, each.body + found.end(), 0.9)


def _percent(words: str) -> Decimal | None:
    return Decimal(0) if words.casefold() in ("zero", "nil") else parse_percent(words.casefold())

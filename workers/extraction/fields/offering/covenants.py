"""Rules for the covenants of notes and their baskets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue, TextValue
from workers.extraction.fields.agreements.figures import MONEY, PERCENT, RATIO, find_money, find_percents, find_ratios
from workers.extraction.fields.agreements.script import Found, Script, list_of, propose, script_of, table, text
from workers.extraction.fields.reader import ReadDocument, rule

_START: Final = re.compile(
    r"(?:^|(?<=\n))(?:(?:ARTICLE|Article|SECTION|Section)? ?[\dIVX.]{0,6} ?)?(?:CERTAIN COVENANTS|Certain "
    r"[Cc]ovenants|COVENANTS|Covenants)\.?(?=\n)"
)
_END: Final = re.compile(
    r"\n(?:(?:ARTICLE|Article|SECTION|Section)? ?[\dIVX.]{0,6} ?)?(?:EVENTS OF DEFAULT|Events of [Dd]efault"
    r"|Defaults? and [Rr]emedies)\b"
)
_NAME: Final = re.compile(
    r"(?:^|(?<=\n))(?:(?:SECTION|Section) ?)?(?:\d{1,2}\.\d{1,2}\.? ?|\([a-z]\) ?)?((?:Limitations? on"
    r"|Restrictions? on|Incurrence of|LIMITATIONS? ON|Merger|Consolidation|Asset Sales?|Restricted Payments?"
    r"|Liens|Transactions with"
    r"|Reports|Future|Additional|Dividend|Designation of|Change of Control|Sale and|Impairment of|Suspension of"
    r"|Payments? for|Negative Pledge|Maintenance of|Additional Guarantees|Sales? of|Business Activities"
    r"|Provision of|Restricted and)"
    r"[^\n.:;]{0,110}?)\.?(?=\n|\. [A-Z]|[:.] The )"
)
_GREATER: Final = re.compile(
    rf"(?:greater of)[ ,]?(?:\([a-z0-9]{{1,3}}\) ?)?({MONEY}) (?:and|or) (?:\([a-z0-9]{{1,3}}\) ?)?({PERCENT}) "
    rf"of (?:the )?([A-Z][\w' ]{{3,60}}|consolidated [\w ]{{3,40}}|total assets)",
    re.I,
)
_FIXED: Final = re.compile(
    rf"(?:not (?:to |in the aggregate )?(?:at any time )?exceed(?:ing)?|up to|does not exceed|not exceeding|in "
    rf"an aggregate (?:principal )?amount (?:of|not to exceed|not exceeding))(?: an aggregate (?:principal "
    rf")?amount of)? ({MONEY})",
    re.I,
)
_DEBT_RATIO: Final = re.compile(
    rf"((?:[A-Z][\w-]* ){{1,6}}Ratio)[^.;\n]{{0,140}}?(?:at least|not less than|greater than|no greater than"
    rf"|less than|not exceed|would be|would have been)[^.;\n]{{0,30}}?({RATIO})"
)
_LEAD: Final = re.compile(r"(?:^|[;\n]|\. )(?:\(?(?:[a-z]|\d{1,2}|[ivx]{1,5})\) ?)?([^;\n]{0,240})$")
COLUMNS: Final = ("Covenant", "Basket", "Amount", "Share", "Of", "Ratio")
_TERMS: Final = ("Certain Covenants", "Limitation on")
_BASKET_TERMS: Final = ("greater of", "not to exceed", "at any time outstanding")
_LONGEST: Final = 250_000


@dataclass(frozen=True, slots=True)
class Basket:
    covenant: str | None
    words: str
    amount: QuantityValue | None
    share: QuantityValue | None
    of: str | None
    ratio: QuantityValue | None
    start: int
    end: int


def read_part(script: Script) -> tuple[int, int]:
    """Return the bounds of the covenants of the notes; (0, 0) without them. The longest part is taken."""
    best = (0, 0)
    for start in _START.finditer(script.text):
        end = _END.search(script.text, start.end())
        stop = min(end.start() if end else len(script.text), start.end() + _LONGEST)
        if stop - start.end() > best[1] - best[0]:
            best = (start.end(), stop)
    return best


def read_names(script: Script) -> tuple[tuple[str, int, int], ...]:
    """Return the names of the covenants with their places, each once."""
    start, end = script.once(read_part)
    found: dict[str, tuple[str, int, int]] = {}
    for match in _NAME.finditer(script.text, start, end):
        name = " ".join(match.group(1).split()).strip(" .")
        if not re.search(r"\t|\d{2,}$", match.group(1)):
            found.setdefault(name.casefold(), (name, match.start(1), match.end(1)))
    return tuple(found.values())


@rule("offering.covenants", version=1)
def read_covenants(document: ReadDocument, spec: FieldSpec) -> Proposal:
    names = script_of(document).once(read_names)
    if not names:
        return propose(document, spec, [], _TERMS, absent=0.75)
    found = Found(list_of(TextValue(name) for name, _, _ in names), tuple((start, end) for _, start, end in names), 0.9)
    return propose(document, spec, [found], _TERMS)


@rule("offering.baskets", version=1)
def read_baskets(document: ReadDocument, spec: FieldSpec) -> Proposal:
    baskets = list(_baskets(script_of(document)))[:80]
    if not baskets:
        return propose(document, spec, [], _BASKET_TERMS, absent=0.75)
    rows = (
        (text(each.covenant), text(each.words), each.amount, each.share, text(each.of), each.ratio) for each in baskets
    )
    found = Found(table(COLUMNS, rows), tuple((each.start, each.end) for each in baskets), 0.88)
    return propose(document, spec, [found], _BASKET_TERMS)


def _baskets(script: Script) -> Iterator[Basket]:
    start, end = script.once(read_part)
    names = script.once(read_names)
    words = script.text
    found: list[Basket] = []
    for match in _GREATER.finditer(words, start, end):
        money = next(find_money(words, match.start(1), match.end(1)), None)
        share = next(find_percents(words, match.start(2), match.end(2)), None)
        if money and share:
            of = re.split(
                r"(?i)\b(?:at|as|of the|for|determined|measured|in|outstanding|and|when|plus|minus)\b", match.group(3)
            )[0]
            found.append(
                Basket(
                    _of(names, match.start()),
                    _lead(words, start, match.start()),
                    money.value,
                    share.value,
                    of.strip(),
                    None,
                    match.start(),
                    match.end(),
                )
            )
    taken = [(each.start - 60, each.end) for each in found]
    for match in _FIXED.finditer(words, start, end):
        if any(first <= match.start(1) <= last for first, last in taken):
            continue
        money = next(find_money(words, match.start(1), match.end(1)), None)
        if money and money.value.number >= 1_000_000:
            found.append(
                Basket(
                    _of(names, match.start()),
                    _lead(words, start, match.start()),
                    money.value,
                    None,
                    None,
                    None,
                    match.start(),
                    match.end(),
                )
            )
    for match in _DEBT_RATIO.finditer(words, start, end):
        ratio = next(find_ratios(words, match.start(2), match.end(2)), None)
        if ratio:
            found.append(
                Basket(
                    _of(names, match.start()),
                    " ".join(match.group(1).split()),
                    None,
                    None,
                    None,
                    ratio.value,
                    match.start(),
                    match.end(),
                )
            )
    yield from sorted(found, key=lambda each: each.start)


def _of(names: tuple[tuple[str, int, int], ...], at: int) -> str | None:
    return next((name for name, start, _ in reversed(names) if start <= at), None)


def _lead(words: str, start: int, at: int) -> str:
    """Return the words of the clause before a basket's size."""
    found = _LEAD.search(words[max(start, at - 300) : at])
    plain = " ".join(found.group(1).split()) if found else ""
    return re.sub(
        r"(?:,? (?:in an aggregate (?:principal )?amount|not to exceed|that does not exceed|an amount equal to"
        r"|at any time outstanding|the|in an amount)[\w ,()]{0,70})$",
        "",
        plain,
    ).strip(" ,:")

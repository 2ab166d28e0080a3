"""Choose the figures of one currency: that which a question names, or else the one in which the issuer reports.

Amounts are never converted. A translation for the reader's convenience covers fewer periods than the statements do.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from app.facts.model import StoredFact
from app.quantities.unit_mentions import SCALE_WORD, find_named_currency
from app.quantities.unit_words import CODES, DOLLARS

_ANY_DOLLAR = "$"
_DOLLARS = frozenset({*DOLLARS.values(), _ANY_DOLLAR})
_LETTERS = "|".join(sorted((re.escape(letters) for letters in DOLLARS), key=len, reverse=True))
_COUNTRY = r"(?:(?:U\.?S\.?|Hong Kong|New Zealand|New Taiwan|Singapore|Swiss|[A-Za-z]{3,12}(?:an|ese|ish|ch)) )?"
_NAME = (
    r"(?:dollars|euros?|pounds(?: sterling)?|sterling|yen|yuan|renminbi|rupees|francs|pesos|reais|rand|rubles|roubles"
    r"|shekels|baht|ringgit|kron(?:or|er|a|e)|zlotys?|lira)"
)
CURRENCY = rf"(?:(?-i:{'|'.join(sorted(CODES))}|RMB)(?!\w)|(?:(?:{_LETTERS}) ?)?\$|[€£¥₹]|{_COUNTRY}{_NAME}\b)"
"""A currency that a question asks for: a code, a sign or a name. It has no groups; use it with re.IGNORECASE."""

_ASKED = re.compile(
    rf"(?<!denominated )(?<!\w)in (?:units? of )?(?:{SCALE_WORD}s? (?:of )?)?(?P<currency>{CURRENCY})", re.IGNORECASE
)
_BARE_DOLLAR = re.compile(r"\$|dollars", re.IGNORECASE)
_POUNDS = re.compile(r"pounds(?: sterling)?|sterling", re.IGNORECASE)

Amount = tuple[Hashable, str | None]
"""The period and the currency of one of a row's amounts; the period is None if it is not known."""


def find_asked_currency(text: str) -> str | None:
    """Return the currency in which a question wants its answer, as an ISO 4217 code, or "$" for any dollar."""
    found = _ASKED.search(text)
    if found is None:
        return None
    if _BARE_DOLLAR.fullmatch(found["currency"]):
        return _ANY_DOLLAR
    return "GBP" if _POUNDS.fullmatch(found["currency"]) else find_named_currency(f"in {found['currency']}")


def is_in_currency(unit: str | None, asked: str | None) -> bool:
    """Return whether an amount can be in the currency asked for. An unknown one can, and "$" can be any dollar."""
    if unit is None or asked is None or unit == asked:
        return True
    return _ANY_DOLLAR in (unit, asked) and {unit, asked} <= _DOLLARS


def list_translated(amounts: Sequence[Amount]) -> list[int]:
    """List those amounts of a row that the row has in another currency, too, and for more periods."""
    periods: dict[str, set[Hashable]] = defaultdict(set)
    for period, unit in amounts:
        if unit is not None and period is not None:
            periods[unit].add(period)
    if len(periods) < 2:
        return []
    return [
        number
        for number, (period, unit) in enumerate(amounts)
        if unit is not None
        and any(
            period in others and len(others) > len(periods[unit]) for other, others in periods.items() if other != unit
        )
    ]


def choose_facts(facts: Iterable[StoredFact], asked: str | None) -> list[StoredFact]:
    """Return the facts in the currency asked for, or without translations: of amounts that stand in two currencies
    equally often none is returned.
    """
    kept = [stored for stored in facts if is_in_currency(stored.fact.currency, asked)]
    rows: dict[Hashable, list[StoredFact]] = defaultdict(list)
    for stored in kept:
        place = stored.fact.place
        if place.table is not None and stored.fact.currency is not None:
            rows[stored.source.version_id, place.table, place.row].append(stored)
    dropped: set[int] = set()
    for row in rows.values():
        if len({stored.fact.currency for stored in row}) < 2:
            continue
        amounts: list[Amount] = [((stored.fact.period, stored.fact.dimensions), stored.fact.currency) for stored in row]
        translated = set(list_translated(amounts))
        left = [number for number in range(len(row)) if number not in translated]
        units = defaultdict(set)
        for number in left:
            units[amounts[number][0]].add(amounts[number][1])
        doubtful = {number for number in left if len(units[amounts[number][0]]) > 1}
        dropped.update(id(row[number]) for number in translated | doubtful)
    return [stored for stored in kept if id(stored) not in dropped]

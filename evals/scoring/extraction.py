"""Judges read fields against experts' labels: their values, whether clauses are there, and their quotes.

Independent of the product's own sameness of values, so that it can find its faults. Texts are compared by letters and
digits only. A name is right if the label's words are among those read, or the other way round, without legal forms. Of
a label with parts (facilities, levels of a grid), each amount, percentage, ratio and date must be read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.review.proposals import Proposal, ProposalState
from app.review.values import (
    DateValue,
    DurationValue,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    Value,
    YesNoValue,
)
from evals.datasets.extraction import Label

PERPETUAL = "perpetual"
_FORMS = frozenset(
    "inc incorporated corp corporation co company ltd limited llc llp lp plc sa ag nv na the and of".split()  # noqa: SIM905 - a list of words reads better as one string
)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(day|week|month|year)s?", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_RATIO = re.compile(r"\d ?(?:to|:) ?1")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = 0.5
_RECALL, _PRECISION = 1.0, 0.8
_TEXT_RECALL = 0.8
_TERM = 60
"""Characters at the beginning of a definition that have its term."""


class Outcome(StrEnum):
    """RIGHT and WRONG: a value was read. MISSED: none was read, but there is one. CLEAR: there is none, and none was
    read. INVENTED: one was read, and there is none.
    """

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    CLEAR = "clear"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of a field, or None if the label does not say. `hits`, `false` and `missed` count a list's items; of
    other fields they are 0 or 1. `quoted` is whether a quote overlaps the expert's clauses (None if either has none).
    """

    outcome: Outcome | None
    hits: int = 0
    false: int = 0
    missed: int = 0
    quoted: bool | None = None


def judge_field(  # noqa: PLR0911 (a return for each outcome)
    label: Label, proposal: Proposal, term: Proposal | None = None
) -> Judged:
    """Judge a field. `term` is the proposal of the initial term, which says what is perpetual."""
    if label.value == PERPETUAL and term is not None and isinstance(term.value, DurationValue) and term.value.perpetual:
        # A term without an end is read in the field of its length.
        return Judged(Outcome.RIGHT, 1, 0, 0, _quoted(label, term))
    is_clause = label.value in ("Yes", "No")
    read = proposal.state is ProposalState.FOUND and not (is_clause and proposal.value == YesNoValue(yes=False))
    quoted = _quoted(label, proposal) if read else None
    if not label.present:
        return Judged(Outcome.INVENTED if read else Outcome.CLEAR, 0, int(read), 0)
    if is_clause:
        return Judged(Outcome.RIGHT, 1, 0, 0, quoted) if read else Judged(Outcome.MISSED, 0, 0, 1)
    if label.value is None or (isinstance(label.value, str) and not _is_judged(label)):
        return Judged(None)
    if isinstance(label.value, list) and all(isinstance(each, str) for each in label.value):
        return _judge_names(label.value, proposal, quoted)
    if not read or proposal.value is None:
        return Judged(Outcome.MISSED, 0, 0, 1)
    right = _is_same(label.value, proposal.value)
    return Judged(Outcome.RIGHT, 1, 0, 0, quoted) if right else Judged(Outcome.WRONG, 0, 1, 1, quoted)


def with_parts(proposal: Proposal, others: Sequence[Proposal | None]) -> Proposal:
    """Return the proposal of a list with the values of other fields as items: a label may have several fields' parts.

    Of a definition only its first words count: the term that it defines.
    """
    items = list(proposal.value.items) if isinstance(proposal.value, ListValue) else []
    quotes = list(proposal.evidence)
    for other in others:
        if other is not None and other.value is not None:
            value = other.value
            items += value.items if isinstance(value, ListValue) else [TextValue(_text_of(value)[:_TERM])]
            quotes += other.evidence
    if not items or proposal.state is not ProposalState.FOUND:
        return proposal
    return replace(proposal, value=ListValue(tuple(items)), evidence=tuple(quotes))


def is_right(judged: Judged) -> bool | None:
    """Return whether what was read is right, for calibration; None if it is not judged or nothing was read."""
    if judged.outcome is None:
        return None
    return judged.outcome in (Outcome.RIGHT, Outcome.CLEAR)


def _is_judged(label: Label) -> bool:
    """Return whether a length has a number ("year to year" has none to compare)."""
    return "Term" not in label.field or "Name" in label.field or bool(_LENGTH.search(str(label.value)))


def _judge_names(truth: Sequence[str], proposal: Proposal, quoted: bool | None) -> Judged:
    stated = [name for each in truth if (name := _name_words(_without_short(each)))]
    names = [name for number, name in enumerate(stated) if not _is_of_others(name, truth, stated, number)]
    value = proposal.value if proposal.state is ProposalState.FOUND else None
    items = value.items if isinstance(value, ListValue) else () if value is None else (value,)
    read = [words for item in items if (words := _name_words(_text_of(item)))]
    left = list(read)
    hits = 0
    for name in names:
        match = next((words for words in left if name <= words or words <= name), None)
        if match is not None:
            left.remove(match)
            hits += 1
    missed, false = len(names) - hits, len(left)
    if not read:
        return Judged(Outcome.MISSED, 0, 0, missed)
    return Judged(Outcome.WRONG if missed or false else Outcome.RIGHT, hits, false, missed, quoted)


def _is_of_others(name: frozenset[str], truth: Sequence[str], stated: Sequence[frozenset[str]], number: int) -> bool:
    """Return whether a label's item only names the other items together ("Example and Other, the Parties")."""
    item = truth[number] if len(truth) == len(stated) else ""
    others = frozenset(word for place, words in enumerate(stated) if place != number for word in words)
    shorts = frozenset(word for each in truth for word in _WORD.findall(each.casefold()) if each != item)
    return " and " in item.split("(")[0] and "part" in item.casefold() and name <= others | shorts


def _without_short(name: str) -> str:
    """Return a label's name without what stands in brackets; labels that only name a role have nothing else."""
    return re.split(r"[(\n]", name)[0].strip() if not re.match(r"(?:each|individually|collectively)\b", name) else ""


def _name_words(name: str) -> frozenset[str]:
    words = _WORD.findall(name.casefold().replace("'", "").replace(".", ""))
    return frozenset(word for word in words if word not in _FORMS) or frozenset(words)


def _is_same(truth: Any, value: Value) -> bool:
    if isinstance(truth, (list, dict)):
        return _has_parts(truth, value)
    text = str(truth)
    match value:
        case DateValue():
            return _ISO.fullmatch(text) is not None and date.fromisoformat(text) == value.day
        case DurationValue():
            return _is_same_length(text, value)
        case YesNoValue():
            return (text.casefold() == "yes") == value.yes
        case _:
            read = _plain(_text_of(value))
            own = _plain(text)
            return bool(read and own) and (read in own or own in read)


def _is_same_length(text: str, value: DurationValue) -> bool:
    if value.perpetual or value.count is None:
        return PERPETUAL in text.casefold()
    found = list(_LENGTH.finditer(text))
    if not found:
        return False
    count, unit = Decimal(found[-1][1]), found[-1][2].lower()
    return (count * (12 if unit == "year" else 1), unit == "day") == (
        value.count * (12 if value.unit == "year" else 1),
        value.unit == "day",
    )


def _has_parts(truth: Any, value: Value) -> bool:
    own, read = set(_atoms(truth)), set(_atoms_of(value))
    if own:
        hits = len(own & read)
        return hits / len(own) >= _RECALL and hits / max(len(read), 1) >= _PRECISION
    texts = [words for each in _texts(truth) if (words := set(_WORD.findall(each.casefold())))]
    mine = [set(_WORD.findall(each.casefold())) for each in _texts_of(value)]
    found = sum(any(len(words & other) / len(words) >= _COMMON for other in mine) for words in texts)
    return bool(texts) and found / len(texts) >= _TEXT_RECALL


def _atoms(truth: Any) -> Iterable[str]:
    """Yield the amounts, percentages, levels and dates of a label."""
    if isinstance(truth, dict):
        for name, each in truth.items():
            is_share = name == "cap" and "amount" not in truth and str(each).split(" ")[0].endswith("%")
            is_ratio = name == "level" and bool(_RATIO.search(str(each)))
            if is_share:
                yield from _atoms_of_text(str(each).split("%")[0], is_level=False)
            elif name in ("amount", "percent", "date", "ratio") or is_ratio:
                yield from _atoms_of_text(str(each), is_level=name in ("level", "ratio"))
            elif isinstance(each, (dict, list)):
                yield from _atoms(each)
    elif isinstance(truth, list):
        for each in truth:
            yield from _atoms(each)


def _atoms_of(value: Value | None) -> Iterable[str]:
    match value:
        case QuantityValue():
            yield _number(str(value.number))
        case DateValue():
            yield value.day.isoformat()
        case ListValue():
            for item in value.items:
                yield from _atoms_of(item)
        case TableValue():
            for row in value.rows:
                for cell in row:
                    yield from _atoms_of(cell)
        case _:
            return


def _atoms_of_text(text: str, *, is_level: bool) -> Iterable[str]:
    if _ISO.fullmatch(text):
        yield text
        return
    found = _NUMBER.findall(text)
    # A ratio's second number is 1.
    yield from map(_number, found[:1] if is_level else found)


def _number(text: str) -> str:
    try:
        return str(Decimal(text.replace(",", "")).normalize())
    except InvalidOperation:
        return text


def _texts(truth: Any) -> list[str]:
    if isinstance(truth, str):
        return [truth]
    children = truth.values() if isinstance(truth, dict) else truth if isinstance(truth, list) else ()
    return [text for child in children for text in _texts(child)]


def _texts_of(value: Value) -> list[str]:
    match value:
        case ListValue():
            return [text for item in value.items for text in _texts_of(item)]
        case TableValue():
            return [text for row in value.rows for cell in row if cell is not None for text in _texts_of(cell)]
        case _:
            return [_text_of(value)]


def _text_of(value: Value) -> str:
    match value:
        case TextValue():
            return value.text
        case PartyValue():
            return value.name
        case DateValue():
            return value.day.isoformat()
        case QuantityValue():
            return f"{value.number} {value.unit or ''}"
        case _:
            return " ".join(_texts_of(value)) if isinstance(value, (ListValue, TableValue)) else ""


def _quoted(label: Label, proposal: Proposal) -> bool | None:
    """Return whether a quote and an expert's clause have at least half of the shorter one's words in common."""
    clauses = [words for clause in label.clauses if (words := _WORD.findall(clause.casefold()))]
    quotes = [words for each in proposal.evidence if (words := _WORD.findall(each.quote.casefold()))]
    if not clauses or not quotes:
        return None
    return any(_overlap(clause, quote) for clause in clauses for quote in quotes)


def _overlap(first: list[str], second: list[str]) -> bool:
    shorter, longer = sorted((first, second), key=len)
    return len(set(shorter) & set(longer)) >= _COMMON * len(set(shorter)) and " ".join(shorter[:1]) != ""


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())

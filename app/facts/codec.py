"""Encode and decode facts, for their rows in the database and for the output of the extract stage.

Facts of one line are stored together: what they share once, then per figure its period, value and place in about 20
bytes. `data` is one msgpack value.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby, islice
from typing import Any

import msgpack

from app.facts.errors import FactEncodingError
from app.facts.model import Check, Fact, FiscalLabel, Measure, Method, Place, StatementKind, is_of_group
from app.quantities.periods import Period

VERSION = 1
MAX_FACTS = 50_000
"""Facts of a version that are stored, ten times those of a long annual report."""

_MAX_LABELS = 16
_MAX_TEXT = 1_000
_MAX_NOTES = 16
_MAX_DIGITS = 60
"""Limits of what is stored of a fact: labels of a path (the innermost ones), characters of a text, dimensions and
checks, and digits of a value. A fact with a longer value is left out.
"""

_STEPS = 10_000
"""Confidences are stored in steps of 1/10,000."""

_SHARED = 14
"""Values of a line before its figures."""

_PART = 9
"""The index of the part of the fiscal year in a figure."""

_OF_DIMENSIONS = 10
"""The index of the number of the dimensions in a figure."""

_MEASURES, _METHODS = tuple(Measure), tuple(Method)
_MEASURE_CODES = {measure: code for code, measure in enumerate(_MEASURES)}
_METHOD_CODES = {method: code for code, method in enumerate(_METHODS)}
_STATEMENTS = {kind.value: kind for kind in StatementKind}


@dataclass(frozen=True, slots=True)
class StoredLine:
    """The facts of one line as they are stored: what queries select them by, and `data`. `number` counts the facts of a
    version from 1; it is that of the line's first fact. `path` has the line's labels, one per line of text.
    """

    number: int
    first_end: date
    last_end: date
    statement: str
    item: str | None
    concept: str | None
    path: str
    data: bytes


def encode_facts(facts: Iterable[Fact]) -> tuple[StoredLine, ...]:
    """Encode the facts of a version, in their order. Neighbouring facts of one line are stored together."""
    lines = []
    number = 1
    storable = islice(filter(_is_storable, facts), MAX_FACTS)
    for _, group in groupby(storable, key=_shared):
        line = tuple(group)
        lines.append(_encode_line(number, line))
        number += len(line)
    return tuple(lines)


@lru_cache(maxsize=8192)  # questions about one issuer read the same lines
def decode_line(
    line: StoredLine, parts: frozenset[str] | None = None, *, of_group: bool = False
) -> Sequence[tuple[int, Fact]]:
    """Return the facts of a line with their numbers: all, or those whose fiscal label has one of `parts`, and which are
    `of_group` (`is_of_group`).

    Raises FactEncodingError.
    """
    try:
        return _decode_line(line, msgpack.unpackb(line.data), parts, of_group=of_group)
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, msgpack.UnpackException) as error:
        raise FactEncodingError from error


def may_have(data: bytes, parts: frozenset[str]) -> bool:
    """Return False if no figure of a line has a fiscal label with one of `parts`. This is faster than decoding it."""
    return _any_of(parts).search(data) is not None


@cache
def _any_of(parts: frozenset[str]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(part.encode()) for part in sorted(parts)))


def count_facts(lines: Sequence[StoredLine]) -> int:
    """Return the number of facts that `encode_facts` stored in the lines of a version."""
    return lines[-1].number + len(msgpack.unpackb(lines[-1].data)) - _SHARED - 1 if lines else 0


def _is_storable(fact: Fact) -> bool:
    _, digits, exponent = fact.value.as_tuple()
    return isinstance(exponent, int) and len(digits) <= _MAX_DIGITS and abs(exponent) <= _MAX_DIGITS


def _shared(fact: Fact) -> tuple[object, ...]:
    """Return what the facts of one line have in common."""
    place = fact.place
    return (
        place.table,
        place.row,
        place.page,
        fact.statement,
        fact.item,
        fact.concept,
        fact.label_path,
        fact.label,
        fact.measure,
        fact.method,
        fact.currency,
        fact.scale,
        fact.decimals,
        fact.concept_confidence,
    )


def _encode_line(number: int, facts: Sequence[Fact]) -> StoredLine:
    first, place = facts[0], facts[0].place
    ends = [fact.period.end for fact in facts]
    path = [text for label in first.label_path[-_MAX_LABELS:] if (text := _text(label))]
    label = _text(first.label)
    dimensions: dict[tuple[tuple[str, str], ...], int] = {(): 0}
    checks: dict[tuple[Check, ...], int] = {(): 0}
    first_end = min(ends)
    base = place.char_start
    figures = []
    for fact in facts:
        exponent, mantissa = _pack_value(fact)
        figures.append(
            [
                (fact.period.end - first_end).days,
                0 if fact.period.start is None else (fact.period.end - fact.period.start).days + 1,
                mantissa,
                exponent,
                fact.place.char_start - base,
                fact.place.char_end - fact.place.char_start,
                fact.place.column,
                round(fact.confidence * _STEPS),
                None if fact.fiscal is None else fact.fiscal.year,
                None if fact.fiscal is None else _text(fact.fiscal.part),
                dimensions.setdefault(fact.dimensions[:_MAX_NOTES], len(dimensions)),
                checks.setdefault(fact.checks[:_MAX_NOTES], len(checks)),
                int(fact.restated),
            ]
        )
    value = [
        VERSION,
        _MEASURE_CODES[first.measure],
        _METHOD_CODES[first.method],
        first.currency,
        first.scale,
        first.decimals,
        round(first.concept_confidence * _STEPS),
        place.page,
        place.table,
        place.row,
        base,
        None if path and label == path[-1] else label,
        [[[_text(axis), _text(member)] for axis, member in each] for each in list(dimensions)[1:]],
        [[[_text(each.name), each.passed, _text(each.detail)] for each in those] for those in list(checks)[1:]],
        *figures,
    ]
    return StoredLine(
        number=number,
        first_end=first_end,
        last_end=max(ends),
        statement=first.statement.value,
        item=None if first.item is None else _text(first.item),
        concept=None if first.concept is None else _text(first.concept),
        path="\n".join(path),
        data=msgpack.packb(value),
    )


def _decode_line(
    line: StoredLine, values: list[Any], parts: Collection[str] | None, *, of_group: bool
) -> list[tuple[int, Fact]]:
    figures = list(enumerate(values[_SHARED:], line.number))
    if parts is not None:
        figures = [(number, figure) for number, figure in figures if figure[_PART] in parts]
        if not figures:
            return []
    version, measure, method, currency, scale, decimals, sure, page, table, row, base, label = values[: _SHARED - 2]
    if version != VERSION:
        raise FactEncodingError
    dimensions = [(), *(tuple((axis, member) for axis, member in each) for each in values[_SHARED - 2])]
    checks = [(), *(tuple(Check(*each) for each in those) for those in values[_SHARED - 1])]
    path = tuple(line.path.split("\n")) if line.path else ()
    label = path[-1] if label is None else label
    if of_group:
        whole = {number for number, each in enumerate(dimensions) if is_of_group(each, label)}
        figures = [(number, figure) for number, figure in figures if figure[_OF_DIMENSIONS] in whole]
    first_end = line.first_end.toordinal()
    return [
        (
            number,
            Fact(
                label=label,
                label_path=path,
                period=_period(first_end + after, days),
                value=_unpack_value(mantissa, exponent),
                measure=_MEASURES[measure],
                scale=scale,
                currency=currency,
                method=_METHODS[method],
                place=Place(page, base + start, base + start + size, table, row, column),
                confidence=confidence / _STEPS,
                statement=_STATEMENTS[line.statement],
                concept=line.concept,
                item=line.item,
                concept_confidence=sure / _STEPS,
                dimensions=dimensions[of_dimensions],
                fiscal=None if year is None else _fiscal(year, part),
                decimals=decimals,
                restated=bool(bit),
                checks=checks[of_checks],
            ),
        )
        for number, (
            after,
            days,
            mantissa,
            exponent,
            start,
            size,
            column,
            confidence,
            year,
            part,
            of_dimensions,
            of_checks,
            bit,
        ) in figures
    ]


def _pack_value(fact: Fact) -> tuple[int, int | str]:
    """Return exponent and digits. Digits beyond 63 bits are text; msgpack has no longer integers.

    A figure that is not scaled keeps its decimals (1.20). Those of a scaled one are not digits of the whole amount.
    """
    sign, digits, exponent = fact.value.as_tuple()
    assert isinstance(exponent, int), "the value is finite"
    mantissa = int("".join(map(str, digits)))
    while mantissa and mantissa % 10 == 0 and (exponent >= 0 or (fact.scale or 0) > 0):
        mantissa, exponent = mantissa // 10, exponent + 1
    mantissa = -mantissa if sign else mantissa
    return exponent, mantissa if -(2**63) <= mantissa < 2**63 else str(mantissa)


def _unpack_value(mantissa: int | str, exponent: int) -> Decimal:
    if not -_MAX_DIGITS <= exponent <= 2 * _MAX_DIGITS:
        raise FactEncodingError
    return Decimal(int(mantissa) * 10**exponent) if exponent >= 0 else Decimal(f"{mantissa}E{exponent}")


@lru_cache(maxsize=4096)
def _period(end: int, days: int) -> Period:
    return Period(date.fromordinal(end), date.fromordinal(end - days + 1) if days else None)


@lru_cache(maxsize=1024)
def _fiscal(year: int, part: str) -> FiscalLabel:
    return FiscalLabel(year, part)


def _text(text: str) -> str:
    """Return the text as it is stored: without line breaks, which separate labels, and characters that text can't have
    in PostgreSQL.
    """
    short = text[:_MAX_TEXT]
    return short if short.isprintable() else short.replace("\n", " ").replace("\x00", "")

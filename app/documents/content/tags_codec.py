"""Packs tagged figures for msgpack: names, units and contexts once, and numbers in columns.

Unpacking checks every index and offset, because a malicious file may control the process that packs.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from app.documents.content.tags import TaggedFigure
from app.quantities.periods import Period

_COLUMNS = 8
_EXACT = -(2**31)
"""The decimals of an exact value."""

_LONGEST_VALUE = 200


def pack_tags(tags: Sequence[TaggedFigure]) -> list[Any]:
    """Return the figures as lists, texts and bytes."""
    texts: dict[str, int] = {}
    contexts: dict[tuple[Period, tuple[tuple[str, str], ...]], int] = {}
    rows = [
        (
            texts.setdefault(tag.concept, len(texts)),
            texts.setdefault(tag.unit, len(texts)),
            contexts.setdefault((tag.period, tag.dimensions), len(contexts)),
            tag.scale,
            _EXACT if tag.decimals is None else tag.decimals,
            tag.page,
            tag.start,
            tag.end,
        )
        for tag in tags
    ]
    columns = np.asarray(rows, "<i4").reshape(-1, _COLUMNS)
    return [
        list(texts),
        [
            [period.end.isoformat(), None if period.start is None else period.start.isoformat(), *map(list, dimensions)]
            for period, dimensions in contexts
        ],
        columns.T.tobytes(),
        [None if tag.value is None else str(tag.value) for tag in tags],
    ]


def unpack_tags(value: Any, lengths: Mapping[int, int]) -> tuple[TaggedFigure, ...]:
    """Return the figures. `lengths` are the lengths of the pages' texts by number.

    Raises ValueError, TypeError, IndexError for anything else than `pack_tags` returns.
    """
    texts, packed, raw, values = value
    contexts = [_context(*each) for each in packed]
    columns = np.frombuffer(raw, "<i4").reshape(_COLUMNS, -1)
    if columns[:3].min(initial=0) < 0:
        raise ValueError("an index is negative")
    return tuple(
        TaggedFigure(
            concept=_text(texts[concept]),
            period=contexts[context][0],
            unit=_text(texts[unit]),
            value=None if number is None else _decimal(number),
            scale=scale,
            decimals=None if decimals == _EXACT else decimals,
            dimensions=contexts[context][1],
            page=page,
            start=_checked(start, end, page, lengths),
            end=end,
        )
        for (concept, unit, context, scale, decimals, page, start, end), number in zip(
            columns.T.tolist(), values, strict=True
        )
    )


def _context(end: str, start: str | None, *dimensions: Sequence[str]) -> tuple[Period, tuple[tuple[str, str], ...]]:
    period = Period(date.fromisoformat(end), None if start is None else date.fromisoformat(start))
    return period, tuple((_text(axis), _text(member)) for axis, member in dimensions)


def _decimal(text: str) -> Decimal:
    if len(text) > _LONGEST_VALUE:
        raise ValueError("a value is too long")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("a value is no number") from error
    if not number.is_finite():
        raise ValueError("a value is no number")
    return number


def _checked(start: int, end: int, page: int, lengths: Mapping[int, int]) -> int:
    limit = lengths.get(page, -1) if page else 0
    if not 0 <= start <= end <= limit:
        raise ValueError("a place is outside of its page")
    return start


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a name is no text")
    return value

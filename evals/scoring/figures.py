"""Finds figures in texts. Compares two figures by value, unit and sign, within the rounding of the true figure.

This module shares no code with `app.answers.verification.numbers`, because it measures the results of that module.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

_NUMBER = re.compile(
    r"(?P<open>\()?\s?(?P<minus>[-−–])?\s?(?P<currency>(?:US|C|A)?\$|€|£|¥|\b(?:USD|EUR|GBP|JPY|CNY|INR|CAD|AUD|CHF|SEK|NOK|DKK|HKD|SGD|KRW|BRL|MXN|ZAR|TWD)\s)?\s?(?P<minus2>[-−])?"
    r"(?P<open2>\()?(?P<core>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?P<close>\s?%?\))?"
    r"(?P<unit>\s?(?:%|percent\b|per cent\b|percentage points?\b|x\b|times\b|bps\b|basis points?\b"
    r"|to 1\.0+\b|:\s?1(?:\.0+)?\b))?"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|mm|mn|bn|m|b|k)s?\b)?",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "k": 3, "million": 6, "mm": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12}
_IN_SCALE = re.compile(r"\b(?:in|of)\s+(?:US\s?)?(?:\w+\s+){0,2}?(thousand|million|billion)s?\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,$])(?:19|20)\d\d(?!\d|[.,]\d)")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(rf"\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b,?(?:\s+(?:19|20)\d\d)?", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:note|item|exhibit|form|section|page|part|q|h|fy|fiscal(?: year)?)\s?[’']?\d+\b|\b[1-4]q\b|\b(?:10|8)-[kq]\b",
    re.IGNORECASE,
)
_ROW = re.compile(r"^(?P<label>.+?) — (?P<cells>.+?)(?:\s\((?P<units>[^()]*)\))?$", re.DOTALL)
_PERIOD = re.compile(r"(?:19|20)(\d\d)|\bFY\s?['’]?(\d\d)\b", re.IGNORECASE)
CLOSING_ZEROS_MEAN = Decimal("0.06")
"""The largest rounding unit of a figure whose fraction ends in zeros ("$1577.00"), as a share of its value.

Such zeros may be exact, or may be only formatting.
"""


class FigureKind(StrEnum):
    """The kind of a figure. A percentage equals only a percentage. `PLAIN` may be an amount without a currency."""

    MONEY = "money"
    PERCENT = "percent"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its sign and scale applied. `step` is its rounding unit.

    `period` is the label of its cell in a table row ("" in a sentence). `place` is where its text begins and ends.
    """

    value: Decimal
    kind: FigureKind
    step: Decimal
    period: str = ""
    place: tuple[int, int] = field(default=(0, 0), compare=False)


def find_figures(text: str, *, scale: int = 0, period: str = "") -> list[Figure]:
    """Return the figures of a text in order, without years, dates and numbers in names.

    `scale` is the power of ten for figures without a stated scale.
    """
    blank = "".join
    for pattern in (_DATE, _NAMED, _YEAR):
        text = pattern.sub(lambda match: blank(" " for _ in match.group()), text)
    return [_figure(match, scale, period) for match in _NUMBER.finditer(text)]


def figures_of_claim(claim: str) -> list[Figure]:
    """Return the figures of an answer's sentence. In a row (`Label — 2024: 5 (in millions)`), figures have a period."""
    row = _ROW.match(claim)
    if row is None or ": " not in row["cells"]:
        return find_figures(claim)
    scale = stated_scale(row["units"] or "")
    figures: list[Figure] = []
    for cell in row["cells"].split("; "):
        period, _, value = cell.rpartition(": ")
        figures.extend(find_figures(value, scale=scale, period=period))
    return figures


def stated_scale(text: str) -> int:
    """Return the power of ten that a text states for its figures ("in USD millions"), or 0 if it states none."""
    match = _IN_SCALE.search(text) or re.search(r"\b(thousand|million|billion)s?\b", text, re.IGNORECASE)
    return _SCALES[match.group(1).lower()] if match else 0


def asked_scale(question: str) -> int:
    """Return the power of ten that a question requests for its answer, or 0 if it requests none."""
    match = _IN_SCALE.search(question)
    return _SCALES[match.group(1).lower()] if match else 0


def years_in(text: str) -> frozenset[str]:
    """Return the years that a text names, as their last two digits."""
    return frozenset(first or second for first, second in _PERIOD.findall(text))


def of_periods(figures: Sequence[Figure], years: frozenset[str]) -> list[Figure]:
    """Return the figures whose period names one of `years` or is unknown. If `years` is empty, return all figures."""
    return [figure for figure in figures if not years or not years_in(figure.period) or years_in(figure.period) & years]


def is_same(truth: Figure, stated: Figure) -> bool:
    """Return whether `stated`, rounded like the truth, equals the truth.

    The sign of `stated` is ignored if the truth is a positive amount, because outflows may be shown in parentheses.
    """
    if truth.kind is not stated.kind and FigureKind.PERCENT in (truth.kind, stated.kind):
        return False
    value = stated.value if truth.value < 0 or truth.kind is FigureKind.PERCENT else abs(stated.value)
    return abs(value - truth.value) <= truth.step / 2


def _figure(match: re.Match[str], scale: int, period: str) -> Figure:
    core = match["core"].replace(",", "")
    unit = (match["unit"] or "").strip().lower()
    percent = unit.startswith(("%", "per", "basis", "bps")) or "%" in (match["close"] or "")
    written = Decimal(core)
    step = _step(core)
    if unit.startswith(("basis", "bps")):
        written, step = written / 100, step / 100
    is_count = percent or unit in ("x", "times") or unit.startswith(("to 1", ":"))
    power = 0 if is_count else _SCALES.get((match["scale"] or "").lower(), scale)
    negative = bool(match["minus"] or match["minus2"]) or bool((match["open"] or match["open2"]) and match["close"])
    kind = FigureKind.PERCENT if percent else FigureKind.MONEY if match["currency"] or power else FigureKind.PLAIN
    value = written.scaleb(power)
    return Figure(-value if negative else value, kind, step.scaleb(power), period, match.span())


def _step(core: str) -> Decimal:
    """Return the rounding unit of a number as written.

    It is one unit of the last digit. If the fraction ends in zeros, these may be only formatting. The unit is then one
    unit of the last digit before the zeros, but at most the share `CLOSING_ZEROS_MEAN` of the value.
    """
    whole, _, fraction = core.partition(".")
    written = Decimal(1).scaleb(-len(fraction))
    kept = fraction.rstrip("0")
    if kept == fraction:
        return written
    loose = Decimal(1).scaleb(-len(kept))
    return max(written, min(loose, Decimal(f"{whole or 0}.{fraction}") * CLOSING_ZEROS_MEAN))

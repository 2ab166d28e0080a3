"""Figures in texts, and whether one says the same as another: by value, unit, sign and the rounding of the truth.

Written apart from `app.answers.verification.numbers`, which it is to check.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

_NUMBER = re.compile(
    r"(?P<open>\()?\s?(?P<minus>[-−–])?\s?(?P<currency>(?:US|C|A)?\$|€|£|¥|\b(?:USD|EUR|GBP|JPY)\s)?\s?(?P<minus2>[-−])?"
    r"(?P<open2>\()?(?P<core>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?P<close>\s?%?\))?"
    r"(?P<unit>\s?(?:%|percent\b|per cent\b|percentage points?\b|x\b|times\b|bps\b|basis points?\b))?"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|mm|mn|bn|m|b|k)s?\b)?",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "k": 3, "million": 6, "mm": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12}
_IN_SCALE = re.compile(r"\b(?:in|of)\s+(?:US\s?)?(?:\w+\s+){0,2}?(thousand|million|billion)s?\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,$])(?:19|20)\d\d(?![\d,]|\.\d)")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(rf"\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b,?(?:\s+(?:19|20)\d\d)?", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:note|item|exhibit|form|section|page|part|q|h|fy|fiscal(?: year)?)\s?[’']?\d+\b|\b[1-4]q\b|\b(?:10|8)-[kq]\b",
    re.IGNORECASE,
)
_ROW = re.compile(r"^(?P<label>.+?) — (?P<cells>.+?)(?:\s\((?P<units>[^()]*)\))?$", re.DOTALL)
_PERIOD = re.compile(r"(?:19|20)(\d\d)|\bFY\s?['’]?(\d\d)\b", re.IGNORECASE)
CLOSING_ZEROS_MEAN = Decimal("0.06")
"""Of "$1577.00" and "$0.40" the closing zeros may be true or form: they are rounding for up to this share, ±3 %."""


class FigureKind(StrEnum):
    """What a figure counts; two of different kinds are never the same. `PLAIN` may be an amount without its sign."""

    MONEY = "money"
    PERCENT = "percent"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its sign and scale applied. `step` is what it is rounded to.

    `period` is the label that a table row gives it ("" in a sentence).
    """

    value: Decimal
    kind: FigureKind
    step: Decimal
    period: str = ""


def find_figures(text: str, *, scale: int = 0, period: str = "") -> list[Figure]:
    """The figures of a text in their order; years, dates and numbers in names are none.

    `scale` is the power of ten for figures that state none beside them.
    """
    blank = "".join
    for pattern in (_DATE, _NAMED, _YEAR):
        text = pattern.sub(lambda match: blank(" " for _ in match.group()), text)
    return [_figure(match, scale, period) for match in _NUMBER.finditer(text)]


def figures_of_claim(claim: str) -> list[Figure]:
    """The figures of an answer's sentence; of a row (`Label — 2024: 5; 2023: 4 (in millions)`) with their periods."""
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
    """The power of ten that a text states for its figures ("in USD millions"); 0 when it states none."""
    match = _IN_SCALE.search(text) or re.search(r"\b(thousand|million|billion)s?\b", text, re.IGNORECASE)
    return _SCALES[match.group(1).lower()] if match else 0


def asked_scale(question: str) -> int:
    """The power of ten that a question wants its answer in; 0 when it names none."""
    match = _IN_SCALE.search(question)
    return _SCALES[match.group(1).lower()] if match else 0


def years_in(text: str) -> frozenset[str]:
    """The years that a text names, as their last two digits."""
    return frozenset(first or second for first, second in _PERIOD.findall(text))


def of_periods(figures: Sequence[Figure], years: frozenset[str]) -> list[Figure]:
    """Those without a period, and those whose period names one of the years (all when no year is asked for)."""
    return [figure for figure in figures if not years or not years_in(figure.period) or years_in(figure.period) & years]


def is_same(truth: Figure, said: Figure) -> bool:
    """Whether `said`, rounded as the truth is, is the truth.

    An outflow that the truth gives without its sign may be said in parentheses; a negative truth must be said so.
    """
    if truth.kind is not said.kind and FigureKind.PERCENT in (truth.kind, said.kind):
        return False
    value = said.value if truth.value < 0 or truth.kind is FigureKind.PERCENT else abs(said.value)
    return abs(value - truth.value) <= truth.step / 2


def _figure(match: re.Match[str], scale: int, period: str) -> Figure:
    core = match["core"].replace(",", "")
    unit = (match["unit"] or "").strip().lower()
    percent = unit.startswith(("%", "per", "basis", "bps")) or "%" in (match["close"] or "")
    written = Decimal(core)
    step = _step(core)
    if unit.startswith(("basis", "bps")):
        written, step = written / 100, step / 100
    is_count = percent or unit in ("x", "times")
    power = 0 if is_count else _SCALES.get((match["scale"] or "").lower(), scale)
    negative = bool(match["minus"] or match["minus2"]) or bool((match["open"] or match["open2"]) and match["close"])
    kind = FigureKind.PERCENT if percent else FigureKind.MONEY if match["currency"] or power else FigureKind.PLAIN
    value = written.scaleb(power)
    return Figure(-value if negative else value, kind, step.scaleb(power), period)


def _step(core: str) -> Decimal:
    """One unit of the last digit, or, where zeros close the fraction, of the last other digit within reason."""
    whole, _, fraction = core.partition(".")
    written = Decimal(1).scaleb(-len(fraction))
    kept = fraction.rstrip("0")
    if kept == fraction:
        return written
    loose = Decimal(1).scaleb(-len(kept))
    return max(written, min(loose, Decimal(f"{whole or 0}.{fraction}") * CLOSING_ZEROS_MEAN))

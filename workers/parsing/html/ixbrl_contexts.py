"""Contexts and units of inline XBRL (XBRL 2.1 section 4.7 and 4.8, XBRL Dimensions 1.0 section 3).

Names keep the usual prefix of their taxonomy, whatever prefix the file declares for it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from app.quantities.periods import Period
from workers.parsing.html.tags import find_tag

MOST = 200_000
"""Contexts and units of a file that are read."""

_MOST_DIMENSIONS = 20
_LONGEST = 300
_YEARS = range(1900, 2200)
_NAME = re.compile(r"(?:([\w.-]{1,80}):)?([\w.-]{1,200})")
_TAXONOMIES = (
    (re.compile(r"://fasb\.org/us-gaap/"), "us-gaap"),
    (re.compile(r"://fasb\.org/srt/"), "srt"),
    (re.compile(r"://xbrl\.sec\.gov/dei/"), "dei"),
    (re.compile(r"://xbrl\.ifrs\.org/taxonomy/.*/ifrs"), "ifrs-full"),
    (re.compile(r"://www\.xbrl\.org/2003/iso4217"), "iso4217"),
    (re.compile(r"://www\.xbrl\.org/2003/instance"), "xbrli"),
)
_ROOTS = ("{*}resources", "ix:resources")


@dataclass(frozen=True, slots=True)
class Context:
    """What a figure is of: a period, and pairs of an axis and its member."""

    period: Period
    dimensions: tuple[tuple[str, str], ...] = ()


class Names:
    """Gives names the usual prefix of their taxonomy."""

    def __init__(self, root: etree._Element) -> None:
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, str | None] = {}
        self._root = root

    def name(self, text: str) -> str | None:
        """Return a name with its usual prefix; None if the text is no name."""
        if text in self._names:
            return self._names[text]
        name = self._read(text)
        if len(self._names) < MOST:
            self._names[text] = name
        return name

    def _read(self, text: str) -> str | None:
        found = _NAME.fullmatch(text.strip())
        if found is None:
            return None
        prefix = found[1]
        return found[2] if not prefix else f"{self._usual(prefix)}:{found[2]}"

    def _usual(self, prefix: str) -> str:
        known = self._prefixes.get(prefix)
        if known is None:
            address = (self._root.nsmap.get(prefix) or self._root.get(f"xmlns:{prefix}") or "")[:_LONGEST]
            known = next((usual for pattern, usual in _TAXONOMIES if pattern.search(address)), prefix)
            if len(self._prefixes) < MOST:
                self._prefixes[prefix] = known
        return known


def read_contexts(root: etree._Element, names: Names) -> tuple[dict[str, Context], dict[str, str]]:
    """Return the contexts and the units of a file by their ids, without those that are not well-formed."""
    contexts: dict[str, Context] = {}
    units: dict[str, str] = {}
    for resources in root.iter(*_ROOTS):
        for element in resources:
            kind, name = find_tag(element).name, element.get("id", "")
            if not name or len(contexts) + len(units) >= MOST:
                continue
            if kind == "context":
                context = _read_context(element, names)
                if context is not None:
                    contexts.setdefault(name, context)
            elif kind == "unit":
                unit = _read_unit(element, names)
                if unit is not None:
                    units.setdefault(name, unit)
    return contexts, units


def _read_context(element: etree._Element, names: Names) -> Context | None:
    period: Period | None = None
    dimensions: list[tuple[str, str]] = []
    for part in element:
        kind = find_tag(part).name
        if kind == "period":
            period = _read_period({find_tag(day).name: (day.text or "").strip() for day in part})
        for place in part if kind == "entity" else (part,):
            for member in place if find_tag(place).name in ("segment", "scenario") else ():
                dimension = _read_dimension(member, names)
                if dimension is None or len(dimensions) == _MOST_DIMENSIONS:
                    return None
                dimensions.append(dimension)
    return None if period is None else Context(period, tuple(sorted(dimensions)))


def _read_dimension(element: etree._Element, names: Names) -> tuple[str, str] | None:
    """Return an axis and its member; None for what is no dimension: the context is then of nobody knows what."""
    kind = find_tag(element).name
    axis = names.name(element.get("dimension", ""))
    if kind == "explicitmember":
        member = names.name(element.text or "")
    elif kind == "typedmember":
        member = " ".join("".join(map(str, element.itertext())).split())[:_LONGEST]
    else:
        return None
    return None if axis is None or member is None else (axis, member)


def _read_period(days: dict[str, str]) -> Period | None:
    try:
        end = _last_day(days.get("instant") or days.get("enddate") or "")
        start = date.fromisoformat(days["startdate"][:10]) if "instant" not in days else None
    except (ValueError, KeyError, OverflowError):
        return None
    edges = [end] if start is None else [start, end]
    return Period(end, start) if edges == sorted(edges) and _are_of_filings(edges) else None


def _are_of_filings(days: Iterable[date]) -> bool:
    """Return whether filings can be about these days: others are mistakes, and the calendar ends near some."""
    return all(day.year in _YEARS for day in days)


def _last_day(text: str) -> date:
    """Return the last day of a period. A time of midnight belongs to the day before (XBRL 2.1 section 4.7.2)."""
    day = date.fromisoformat(text[:10])
    return day - timedelta(days=1) if text[10:].startswith("T00:00:00") else day


def _read_unit(element: etree._Element, names: Names) -> str | None:
    parts = [part for part in element if find_tag(part).name == "divide"] or [element]
    sides = list(parts[0]) if parts[0] is not element else [element]
    measures = ["*".join(_measures(side, names)) for side in sides]
    return "/".join(measures) if measures and all(measures) else None


def _measures(element: etree._Element, names: Names) -> Iterator[str]:
    for part in element.iter():
        if find_tag(part).name == "measure":
            prefix, _, name = (names.name(part.text or "") or "").rpartition(":")
            # Currencies have three capitals. Another taxonomy's measure with this form keeps its prefix.
            is_other = prefix not in ("", "iso4217", "xbrli") and len(name) == 3 and name.isupper()
            yield f"{prefix}:{name}" if is_other else name

"""Reads the figures that a file tags in inline XBRL (Inline XBRL 1.0 and 1.1), of the default target document.

Figures are numbered in the order of the file, so that the text can refer to them: a figure's place is known when the
pages are composed. Nothing is fetched. A tag that is not well-formed is dropped and counted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from app.documents.content.parsed import ParsedPage
from app.documents.content.tags import TaggedFigure
from workers.parsing.flow import TagPlace
from workers.parsing.html.ixbrl_contexts import Context, Names, read_contexts
from workers.parsing.html.ixbrl_formats import LONGEST, parse_number
from workers.parsing.html.runs import SPACE
from workers.parsing.html.tags import find_tag

MOST_FIGURES = 200_000
"""Tagged figures of a file that are read. The largest filings have about 30,000."""

_FIGURES = ("{*}nonFraction", "ix:nonfraction")
_NIL = ("{http://www.w3.org/2001/XMLSchema-instance}nil", "xsi:nil")
_MOST_SCALE = 30
_MOST_DIGITS = 28
"""The precision of `Decimal`: more digits would be rounded."""

_DIGITS = re.compile(r"[+-]?\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TagReading:
    """The elements with a figure's tag by their numbers, the figures and their texts by number, and how many tags were
    dropped.
    """

    numbers: Mapping[etree._Element, int]
    figures: Mapping[int, tuple[TaggedFigure, str]]
    dropped: int = 0

    def place(self, pages: tuple[ParsedPage, ...], places: Mapping[int, TagPlace]) -> tuple[TaggedFigure, ...]:
        """Return the figures in the order of the file, with their places on the pages."""
        return tuple(
            [_placed(figure, text, places.get(number), pages) for number, (figure, text) in self.figures.items()]
        )


def read_tags(root: etree._Element) -> TagReading:
    """Read the tagged figures of a tree."""
    numbers = {
        element: number
        for number, element in enumerate(_limited(root))
        if not element.get("target") and find_tag(element).is_figure
    }
    if not numbers:
        return TagReading({}, {})
    names = Names(root)
    contexts, units = read_contexts(root, names)
    figures: dict[int, tuple[TaggedFigure, str]] = {}
    for element, number in numbers.items():
        text = _text(element)
        figure = _read(element, text, contexts, units, names)
        if figure is not None:
            figures[number] = (figure, text)
    return TagReading(numbers, figures, len(numbers) - len(figures))


def _limited(root: etree._Element) -> Iterator[etree._Element]:
    for count, element in enumerate(root.iter(*_FIGURES)):
        if count == MOST_FIGURES:
            return
        yield element


def _read(
    element: etree._Element, text: str, contexts: Mapping[str, Context], units: Mapping[str, str], names: Names
) -> TaggedFigure | None:
    concept = names.name(element.get("name", ""))
    context = contexts.get(_attribute(element, "contextRef"))
    unit = units.get(_attribute(element, "unitRef"))
    scale, decimals = _whole(element.get("scale"), 0), element.get("decimals")
    if concept is None or context is None or unit is None or scale is None or abs(scale) > _MOST_SCALE:
        return None
    value = None
    if not any(element.get(name) in ("true", "1") for name in _NIL):
        value = _value(element, text, scale)
        if value is None:
            return None
    return TaggedFigure(
        concept=concept,
        period=context.period,
        unit=unit,
        value=value,
        scale=scale,
        decimals=None if decimals == "INF" else _whole(decimals, None),
        dimensions=context.dimensions,
    )


def _value(element: etree._Element, text: str, scale: int) -> Decimal | None:
    number = parse_number(text, element.get("format", ""))
    sign = element.get("sign", "")
    if number is None or sign not in ("", "-") or len(number.as_tuple().digits) > _MOST_DIGITS:
        return None
    if not number:
        return Decimal(0)
    return (-number if sign else number) * Decimal(10) ** scale


def _attribute(element: etree._Element, name: str) -> str:
    """Return an attribute. The HTML parser makes names of attributes small."""
    return element.get(name) or element.get(name.lower()) or ""


def _whole(text: str | None, default: int | None) -> int | None:
    """Return a whole number; `default` if there is none, and None for other text."""
    if not text or not text.strip():
        return default
    return int(text) if _DIGITS.fullmatch(text.strip()) else None


def _text(element: etree._Element) -> str:
    """Return the element's text, without the parts that the file excludes (`ix:exclude`)."""
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, part in walk:
        if event == "start":
            if part is not element and find_tag(part).name == "exclude":
                walk.skip_subtree()
            else:
                parts.append(part.text or "")
        elif part is not element:
            parts.append(part.tail or "")
        if len(parts) > 4 * LONGEST:
            break
    return "".join(parts)


def _placed(figure: TaggedFigure, text: str, place: TagPlace | None, pages: tuple[ParsedPage, ...]) -> TaggedFigure:
    """Return the figure with its place, if its text is there: deleted text has no place."""
    printed = SPACE.sub(" ", text[:LONGEST]).strip()
    if place is None or not printed:
        return figure
    page = pages[place.page - 1].text
    start = place.offset
    while page[start : start + 1].isspace():
        start += 1
    if not page.startswith(printed, start):
        printed = printed.replace(" ", "")
        if not page.startswith(printed, start):
            return figure
    return TaggedFigure(
        concept=figure.concept,
        period=figure.period,
        unit=figure.unit,
        value=figure.value,
        scale=figure.scale,
        decimals=figure.decimals,
        dimensions=figure.dimensions,
        page=place.page,
        start=start,
        end=start + len(printed),
    )

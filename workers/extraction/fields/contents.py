"""Finds the lines that only name other places: entries of a table of contents, and pages of nothing but headings.

A field's words stand in them, too ("Upfront fee ........ 45"), and the number beside them is that of a page. Such lines
never state a value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.documents.content.parsed import ParsedPage

Span = tuple[int, int]
"""Start and end of a line in the text of its page."""

_PAGE: Final = r"(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,7})"
_LED: Final = re.compile(rf"[^\W\d_].*?[ \t]?(?:(?:\.[ \t]?){{3,}}|…|_{{3,}}|·{{3,}})[ \t]*(?P<page>{_PAGE})\s*$")
"""A title, leader dots, and the number of a page."""
_GAPPED: Final = re.compile(rf"[^\W\d_].*?[ \t](?P<page>{_PAGE})\s*$")
"""The same without its dots, which parsers leave out."""
_HEAD: Final = re.compile(
    r"\s*(?:(?:article|section|part|item|exhibit|schedule|annex|appendix|chapter|clause|§)\s*[\dA-Z]+\b"
    r"|\d{1,3}(?:\.\d{1,3}){0,3}\.?[ \t]+(?=[A-Z]))",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(r"\s*(?:table of contents|contents|index)(?: \(?cont.*)?\s*", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.;:,!?]\s*$")
_NUMBER_ONLY: Final = re.compile(r"[-– ]*(?:page )?(?:\d{1,4}|[ivxlc]{1,6})(?: of \d{1,4})?[-– ]*", re.IGNORECASE)
_FEWEST: Final = 4
"""Lines in a row from which lines with rising numbers are a table of contents, and headings are a list of them."""
_LONGEST_HEAD: Final = 100
_MOSTLY: Final = 0.6


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return self.start, self.end


def find_contents(pages: Sequence[ParsedPage]) -> Mapping[int, tuple[Span, ...]]:
    """Return the lines that only name other places, by the number of their page, in order."""
    found = {page.number: _of_page(page.text) for page in pages}
    return {number: spans for number, spans in found.items() if spans}


def _of_page(text: str) -> tuple[Span, ...]:
    lines = [line for line in _lines(text) if not _NUMBER_ONLY.fullmatch(line.text.strip())]
    if _is_list_of_headings(lines):
        return tuple(line.span for line in lines)
    led = {line.span for line in lines if _is_led(line, lines)}
    return tuple(sorted(led.union(*(run for run in _rising_runs(lines)))))


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield _Line(start, start + len(line), line)
        start += len(line) + 1


def _is_led(line: _Line, lines: Sequence[_Line]) -> bool:
    """Return whether dots lead from a title to the number of a page. One of four digits may be a year, unless other
    lines of the page are alike.
    """
    found = _LED.search(line.text)
    if found is None:
        return False
    return len(found["page"]) < 4 or not found["page"].isdigit() or sum(map(_has_leader, lines)) >= _FEWEST


def _has_leader(line: _Line) -> bool:
    return _LED.search(line.text) is not None


def _rising_runs(lines: Sequence[_Line]) -> Iterator[set[Span]]:
    """Yield the runs of lines that end with rising numbers, under the title of a table of contents or with headings."""
    is_titled = any(_TITLE.fullmatch(line.text) for line in lines)
    run: list[_Line] = []
    last = 0
    for line in [*lines, None]:
        page = None if line is None else _page_of(line)
        if line is not None and page is not None and page >= last:
            run.append(line)
            last = page
            continue
        headings = sum(_HEAD.match(each.text) is not None for each in run)
        if len(run) >= _FEWEST and (is_titled or headings > _MOSTLY * len(run)):
            yield {each.span for each in run}
        run, last = ([line], page) if line is not None and page is not None else ([], 0)


def _page_of(line: _Line) -> int | None:
    found = _GAPPED.search(line.text)
    number = "" if found is None else found["page"].rpartition("-")[2]
    return int(number) if number.isdigit() else None


def _is_list_of_headings(lines: Sequence[_Line]) -> bool:
    if len(lines) < _FEWEST or any(_is_prose(line.text) for line in lines):
        return False
    return sum(_HEAD.match(line.text) is not None for line in lines) >= _MOSTLY * len(lines)


def _is_prose(line: str) -> bool:
    """Return whether a line may belong to a sentence, or may state a value: a heading has neither."""
    words = line.strip()
    rest = _HEAD.sub("", words, count=1)
    has_value = re.search(r"[$€£¥%]|\d{3}|\d\.\d", rest) is not None or ":" in rest
    return has_value or len(words) > _LONGEST_HEAD or _SENTENCE_END.search(words.rstrip(".")) is not None

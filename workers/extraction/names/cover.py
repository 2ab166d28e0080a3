"""Reads the registrants on the cover of an SEC form (Exchange Act forms 10-K, 10-Q, 8-K, 20-F and others).

A cover prints each registrant's name above or below "(Exact name of registrant as specified in its charter)", or in a
table whose heading is that phrase, in a row with its file number. The first one is the issuer.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import NameKind
from workers.extraction.names.reading import Candidate, candidate
from workers.extraction.names.spelling import ENDS_IN_FORM, FORM_ALONE, LEGAL_NAME, is_plausible
from workers.extraction.reading import matches

_EXACT_NAME = re.compile(
    r"\(?\s*(?:E\s?xact\s+(?:corporate\s+|legal\s+)?n\s?ames?\s+of\s+(?:the\s+|each\s+|small\s+business\s+)?(?:r\s?egistrant|company|issuer|co-registrant)"
    r"|Names?\s+of\s+(?:each\s+|the\s+)?(?:registrant|(?:small\s+business\s+)?issuer)s?(?:[’']s)?,?\s+(?:as\s+specified\s+)?in\s+(?:its|their)\s+charter"
    r"|Registrants?[,;]\s+State\s+of\s+Incorporation|Translation\s+of\s+registrant[’']?s\s+name\s+into\s+english)",
    re.IGNORECASE,
)
_END_OF_PHRASE = re.compile(r"charters?\W*|english\W*|articles\W*|\)", re.IGNORECASE)
_FILE_NUMBER = re.compile(r"(?<![\d-])(?:00?[01]|1|33|333|2)\s?[-–‐]\s?\d{3,6}(?:[-–]\d\d)?(?!\d)")
_TAX_NUMBER = re.compile(r"(?<!\d)\d\d[-–]\d{7}(?!\d)")
_NUMBERS = re.compile(rf"{_FILE_NUMBER.pattern}|{_TAX_NUMBER.pattern}")
_COMMISSION_FILE = re.compile(
    r"commission\s+file\s+(?:no|numbers?)\b[.:#s]*[ \t]*(?:[\d][\d -]{3,14})?[ \t]*", re.IGNORECASE
)
_AFTER_TABLE = re.compile(
    r"securities\s+registered|title\s+of\s+each|indicate\s+by|check\s+the|former\s+name", re.IGNORECASE
)
_STATE_BEFORE = re.compile(r"^\W*(?:\([^)]*\)|[_\-=.*•·—–]+)\W*$")
_RULE = re.compile(r"_{3,}|-{5,}|={3,}|\*{3,}")
_FORMERLY = re.compile(r"\(?\b(?:formerly|f/k/a|d/b/a|doing\s+business\s+as|previously)\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"^(?:[A-Z][\w&'’.\-]*,?\s+){1,4}(?:of|and|&|for)(?:\s+the)?$", re.IGNORECASE)
_NAME_LINE = re.compile(r"^(?:(?:[A-Z0-9][\w&'’.,\-!/]*|of|and|the|for|de|&)\s*)+$")
_MOST_ANCHORS = 12  # covers of utilities have up to ten registrants
_MOST_LINES = 8
_TABLE_REACH = 4000  # characters
_NO_ANCHOR_REACH = 700


def read_cover(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the registrants on the first cover among the pages, in order. The first one is the issuer."""
    for page, found in islice(matches(_EXACT_NAME, pages), _MOST_ANCHORS):
        names = _of_table(page, found) or _above(page, found.start()) or _below(page, found.end())
        more = _further(page, found.end()) if names else []
        if names:
            return _distinct([*names, *more])
    for page in pages:
        names = _after_file_number(page)
        if names:
            return names
    return []


def _further(page: ParsedPage, start: int) -> list[Candidate]:
    """Return the names above further anchors of the same page: each registrant of a joint cover can have its own."""
    anchors = islice(_EXACT_NAME.finditer(page.text, start), _MOST_ANCHORS)
    return [name for found in anchors for name in _above(page, found.start())]


def _distinct(names: Sequence[Candidate]) -> list[Candidate]:
    return list({name.key: name for name in reversed(names)}.values())[::-1]


def _lines_above(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of lines with words above `end`, from the last one up."""
    for _ in range(_MOST_LINES):
        begin = text.rfind("\n", 0, max(end, 0)) + 1
        if text[begin:end].strip(" _\t-–—*=.") and not _STATE_BEFORE.match(text[begin:end]):
            yield begin, end
        end = begin - 1
        if end < 0:
            return


def _above(page: ParsedPage, anchor: int) -> list[Candidate]:
    """Return the names in the lines above the anchor: one name on one or two lines, or a name a line."""
    text = page.text
    lines: list[tuple[int, int]] = []
    for begin, end in _lines_above(text, anchor):
        bounds = _name_part(text, begin, end)
        if bounds is None:
            break
        lines.insert(0, bounds)
        if bounds[0] > begin and text[begin : bounds[0]].strip(" _\t-–—*=."):
            break  # the line begins with a file number, so the name begins here
        if len(lines) == 4:
            break
    return _join_lines(page, lines)


def _name_part(text: str, begin: int, end: int) -> tuple[int, int] | None:
    """Return the bounds of a line's part that can be a name: without file and tax numbers, and rules."""
    for number in _NUMBERS.finditer(text, begin, end):
        if text[number.end() : end].strip(" \t_-–—."):
            begin = number.end()
        else:
            end = number.start()
            break
    label = _COMMISSION_FILE.match(text, begin + _indent(text, begin, end), end)
    if label:
        begin = label.end()
    for rule in _RULE.finditer(text, begin, end):
        begin = rule.end()
    cells = [(begin + cell.start(), begin + cell.end()) for cell in re.finditer(r"[^\t]+", text[begin:end])]
    named = [cell for cell in cells if is_plausible_part(text[slice(*cell)])]
    return named[0] if named else None


def _indent(text: str, begin: int, end: int) -> int:
    return len(text[begin:end]) - len(text[begin:end].lstrip())


def is_plausible_part(text: str) -> bool:
    """Return whether a text can be a name, or the last line of a name: "Properties, Inc.", "Company"."""
    text = text.strip()
    return is_plausible(text) or bool(FORM_ALONE.match(text) or _UNFINISHED.match(text))


def _join_lines(page: ParsedPage, lines: Sequence[tuple[int, int]]) -> list[Candidate]:
    """Return the names of lines that stand above each other.

    A line continues the name above it if that one has no legal form yet, or ends in "and", "of" or a comma, or if the
    line has nothing but a legal form.
    """
    names: list[Candidate] = []
    start: int | None = None
    for index, (begin, end) in enumerate(lines):
        start = begin if start is None else start
        line = page.text[begin:end].strip()
        after = page.text[slice(*lines[index + 1])].strip() if index + 1 < len(lines) else ""
        if _FORMERLY.match(line):
            start = None
            continue
        goes_on = bool(after) and not _FORMERLY.match(after) and _goes_on(line, after)
        if goes_on:
            continue
        name = candidate(NameKind.COVER, page, start, end)
        if is_plausible(name.name):
            names.append(name)
        start = None
    if len(names) > 1 and not all(ENDS_IN_FORM.search(name.name) for name in names):
        # Above the name stand words of a logo or a motto; the name is the last one, or the one with a legal form.
        formed = [name for name in names if ENDS_IN_FORM.search(name.name)]
        names = formed or names[-1:]
    return names


def _goes_on(line: str, after: str) -> bool:
    if FORM_ALONE.match(after) or re.search(r"(?:\b(?:and|of|the|for)|[,&\-])$", line, re.IGNORECASE):
        return True
    is_begun = bool(_NAME_LINE.match(line)) and line.isupper() == after.isupper()
    return is_begun and not ENDS_IN_FORM.search(line) and bool(ENDS_IN_FORM.search(after))


def _below(page: ParsedPage, start: int) -> list[Candidate]:
    """Return the name after the anchor: "(Exact name of registrant as specified in its charter): Example Inc."."""
    ended = _END_OF_PHRASE.search(page.text, start, start + 120)
    begin = ended.end() if ended else start
    for line in list(re.finditer(r"[^\n]+", page.text[begin : begin + 300]))[:3]:
        bounds = _name_part(page.text, begin + line.start(), begin + line.end())
        if bounds is not None:
            name = candidate(NameKind.COVER, page, *bounds)
            legal = LEGAL_NAME.match(name.name)
            return [name] if legal and len(legal.group()) >= len(name.name) - 1 else []
        if line.group().strip(" \t:_-"):
            return []
    return []


def _of_table(page: ParsedPage, found: re.Match[str]) -> list[Candidate]:
    """Return the names in a table of registrants, whose rows have the file number beside the name."""
    text = page.text
    line_start = text.rfind("\n", 0, found.start()) + 1
    line_end = text.find("\n", found.end())
    heading = text[line_start : line_end if line_end >= 0 else len(text)]
    limit = found.end() + _TABLE_REACH
    stop = _AFTER_TABLE.search(text, found.end(), limit)
    limit = stop.start() if stop else min(limit, len(text))
    rows = [row for row in re.finditer(r"[^\n]+", text[found.end() : limit]) if _FILE_NUMBER.search(row.group())]
    if "\t" not in heading and len(rows) < 2:
        return []
    names: list[Candidate] = []
    for row in rows:
        begin, end = found.end() + row.start(), found.end() + row.end()
        cells = [(begin + cell.start(), begin + cell.end()) for cell in re.finditer(r"[^\t]+", text[begin:end])]
        for cell_start, cell_end in cells:
            legal = LEGAL_NAME.search(text, cell_start, cell_end)
            bounds = legal.span(1) if legal else (cell_start, cell_end)
            if not _NUMBERS.search(text, *bounds) and is_plausible(text[slice(*bounds)]):
                names.append(candidate(NameKind.COVER, page, *bounds))
                break
    return names


def _after_file_number(page: ParsedPage) -> list[Candidate]:
    """Return the name on a line of its own just after "Commission file number …", on a cover without the phrase."""
    for found in _COMMISSION_FILE.finditer(page.text, 0, 6000):
        for line in re.finditer(r"[^\n]+", page.text[found.end() : found.end() + _NO_ANCHOR_REACH]):
            text = line.group().strip()
            legal = LEGAL_NAME.match(text)
            if legal and len(legal.group()) >= len(text) - 1 and is_plausible(text):
                start = found.end() + line.start()
                return [candidate(NameKind.COVER, page, start, start + len(line.group()))]
    return []

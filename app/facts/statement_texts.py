"""Where a document's primary statements stand: from a title to the next, over the ends of pages."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.content.statements import Statement, StatementRecogniser

MOST_PAGES = 3
_END = re.compile(
    r"^(?:the\s+)?(?:see\s+)?(?:the\s+)?accompanying\s+notes|^see\s+notes\s+to|^notes\s+to\s+(?:the\s+)?(?:\w+\s+)*financial\s+statements"
    r"|statements?\s+of\s+(?:\w+\s+){0,3}(?:comprehensive|(?:share|stock)holders['’]?|changes\s+in|equity|capital)",
    re.IGNORECASE,
)
_MOST_OF_END_LINE = 200
_CONTINUED = re.compile(r"\bcontinued\b|\bcont['’]d\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatementText:
    """A statement's text: parts of pages joined by line ends. `starts` are where in it each part begins; `origins`
    are the parts' (page number, offset on the page).
    """

    statement: Statement
    text: str
    starts: tuple[int, ...]
    origins: tuple[tuple[int, int], ...]

    def locate(self, offset: int) -> tuple[int, int]:
        """(page number, offset on that page) of an offset in the text."""
        part = bisect_right(self.starts, offset) - 1
        page, start = self.origins[part]
        return page, start + offset - self.starts[part]


@dataclass(slots=True)
class _Open:
    """A statement that is being collected: (page number, start, end) of its parts."""

    statement: Statement
    first_page: int
    parts: list[tuple[int, int, int]]


class StatementFinder:
    """Finds statements in the texts of pages. Immutable: threads share it."""

    def __init__(self) -> None:
        self._recogniser = StatementRecogniser()

    def find(self, pages: Sequence[str]) -> Iterator[StatementText]:
        """Every stretch of text under a statement's title, in order; also of titles that head no statement."""
        held: _Open | None = None
        for number, text in enumerate(pages, 1):
            position = 0
            for line in text.splitlines(keepends=True):
                title = self._recogniser.find_title(line)
                goes_on = held is not None and title is held.statement and _CONTINUED.search(line) is not None
                ended = title is not None and not goes_on
                if held and (ended or _ends(line) or number - held.first_page >= MOST_PAGES):
                    yield _closed(held, pages)
                    held = None
                if title is not None and held is None:
                    held = _Open(title, number, [])
                if held:
                    _extend(held, number, position, position + len(line))
                position += len(line)
        if held:
            yield _closed(held, pages)


def _ends(line: str) -> bool:
    return len(line) < _MOST_OF_END_LINE and "\t" not in line and _END.search(line.strip()) is not None


def _extend(held: _Open, page: int, start: int, end: int) -> None:
    if held.parts and held.parts[-1][0] == page:
        held.parts[-1] = (page, held.parts[-1][1], end)
    else:
        held.parts.append((page, start, end))


def _closed(held: _Open, pages: Sequence[str]) -> StatementText:
    texts = [pages[page - 1][start:end] for page, start, end in held.parts]
    starts, position = [], 0
    for text in texts:
        starts.append(position)
        position += len(text) + 1
    origins = tuple((page, start) for page, start, _ in held.parts)
    return StatementText(held.statement, "\n".join(texts), tuple(starts), origins)

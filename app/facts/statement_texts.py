"""Find the texts of primary statements. A text begins at a title. It ends at the next title, at the notes, or after
three pages.
"""

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
    """A statement's text: parts of pages, joined by newlines. `starts` has the offset of each part in `text`; `origins`
    has each part's (page number, offset on the page).
    """

    statement: Statement
    text: str
    starts: tuple[int, ...]
    origins: tuple[tuple[int, int], ...]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the (page number, offset on the page) of an offset in the text."""
        part = bisect_right(self.starts, offset) - 1
        page, start = self.origins[part]
        return page, start + offset - self.starts[part]


@dataclass(slots=True)
class _OpenStatement:
    """A statement whose end is not found yet. `parts` are (page number, start, end)."""

    statement: Statement
    first_page: int
    parts: list[tuple[int, int, int]]


class StatementFinder:
    """Finds statements in page texts. Immutable and thread-safe."""

    def __init__(self) -> None:
        self._recogniser = StatementRecogniser()

    def find(self, pages: Sequence[str]) -> Iterator[StatementText]:
        """Yield the text under every title of a statement, in order. Some titles have no statement below them."""
        current: _OpenStatement | None = None
        for number, text in enumerate(pages, 1):
            position = 0
            for line in text.splitlines(keepends=True):
                title = self._recogniser.find_title(line)
                continues = current is not None and title is current.statement and _CONTINUED.search(line) is not None
                ended = title is not None and not continues
                if current and (ended or _ends(line) or number - current.first_page >= MOST_PAGES):
                    yield _closed(current, pages)
                    current = None
                if title is not None and current is None:
                    current = _OpenStatement(title, number, [])
                if current:
                    _extend(current, number, position, position + len(line))
                position += len(line)
        if current:
            yield _closed(current, pages)


def _ends(line: str) -> bool:
    return len(line) < _MOST_OF_END_LINE and "\t" not in line and _END.search(line.strip()) is not None


def _extend(current: _OpenStatement, page: int, start: int, end: int) -> None:
    if current.parts and current.parts[-1][0] == page:
        current.parts[-1] = (page, current.parts[-1][1], end)
    else:
        current.parts.append((page, start, end))


def _closed(current: _OpenStatement, pages: Sequence[str]) -> StatementText:
    texts = [pages[page - 1][start:end] for page, start, end in current.parts]
    starts, position = [], 0
    for text in texts:
        starts.append(position)
        position += len(text) + 1
    origins = tuple((page, start) for page, start, _ in current.parts)
    return StatementText(current.statement, "\n".join(texts), tuple(starts), origins)

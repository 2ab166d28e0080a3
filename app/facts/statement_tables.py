"""Find the tables of primary statements. A statement begins at its title. It ends at the next title or after three
pages.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.content.statements import Statement, StatementRecogniser
from app.tables.model import CellKind, Table

MOST_PAGES = 3
_MOST_TITLE_ROWS = 3
_END = re.compile(
    r"^(?:the\s+)?(?:see\s+)?(?:the\s+)?accompanying\s+notes|^see\s+notes\s+to|^notes\s+to\s+(?:the\s+)?(?:\w+\s+)*financial\s+statements"
    r"|statements?\s+of\s+(?:\w+\s+){0,3}(?:comprehensive|(?:share|stock)holders['’]?|changes\s+in|equity|capital)",
    re.IGNORECASE,
)
_CONTINUED = re.compile(r"\bcontinued\b|\bcont['’]d\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatementTables:
    """The tables under one title of a statement, in order."""

    statement: Statement
    tables: tuple[Table, ...]


class StatementFinder:
    """Finds statements among a document's tables. Immutable and thread-safe."""

    def __init__(self) -> None:
        self._recogniser = StatementRecogniser()

    def find(self, tables: Sequence[Table]) -> Iterator[StatementTables]:
        """Yield the tables under every title of a statement, in order. Some titles have no statement below them."""
        statement: Statement | None = None
        found: list[Table] = []
        for table in tables:
            titles = list(_titles(table))
            named = next(filter(None, map(self._recogniser.find_title, titles)), None)
            if statement is not None and found and not _continues(statement, named, titles, found, table):
                yield StatementTables(statement, tuple(found))
                statement, found = None, []
            statement = statement or named
            if statement is not None:
                found.append(table)
        if statement is not None:
            yield StatementTables(statement, tuple(found))


def _titles(table: Table) -> Iterator[str]:
    """Yield the lines that may be the table's title, the nearest first, and its first rows without figures."""
    yield from reversed(table.lines_above)
    yield from filter(None, (table.caption, table.title))
    for cell in table.cells:
        if cell.row < _MOST_TITLE_ROWS and cell.kind in (CellKind.HEADING, CellKind.LABEL):
            yield cell.text


def _continues(
    statement: Statement, named: Statement | None, titles: Sequence[str], found: Sequence[Table], table: Table
) -> bool:
    """Return whether a table belongs to the statement above it."""
    if table.pages[0] - found[0].pages[0] >= MOST_PAGES or any(map(_END.search, titles)):
        return False
    if named is not None:
        return named is statement and any(map(_CONTINUED.search, titles))
    return True

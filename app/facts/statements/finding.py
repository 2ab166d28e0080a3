"""Find the tables of primary statements, by their titles and by the labels of their rows."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.facts.model import StatementKind
from app.facts.statements.contents import has_essentials, weigh_contents
from app.facts.statements.rows import Row, list_rows
from app.facts.statements.titles import Title, entity_of, read_title, states_no_primary
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell, CellKind, Table

_FEWEST_ROWS = 4
_FEWEST_COLUMNS = 2
_MOST_OF_REST = 8
"""Rows of a small table under the title of the statement above it."""
_MOST_TITLE_ROWS = 3
_NEAREST_LINES = 5
_TITLED, _UNTITLED = 4.0, 9.0
"""The least weights of labels of a statement with and without its title."""
_TITLE, _OTHER_TITLE, _NO_PRIMARY = 6.0, -6.0, -12.0
_MOST_PAGES_BETWEEN = 1
"""Pages from one table of a statement to the next; one more if no other table stands between."""
_MOST_TITLES = 3
"""Rows of one table that are titles of statements."""
_LEAST_GAIN = 2.0
"""What the next table has to add to the labels of a statement that goes on in it."""
_ALIKE = 0.7
_MOST_PARTS = 8
_MOST_TABLES = 12
_MOST_GROUPS = 200
"""Limits for hostile documents: statements in one table, tables of one statement, candidates of one kind."""
_MOST_OF_NAME = 90
_NAME = re.compile(
    r"\b(?:inc|corp(?:oration)?|compan(?:y|ies)|co|llc|l\.l\.c|ltd|limited|plc|l\.?p|partnership|trust|bank|holdings?|n\.?v"
    r"|s\.?a|ag|subsidiaries|group)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.:;]$|\b(?:is|are|was|were|has|have|the|following|below|presented|our|we)\b", re.IGNORECASE)
_NEIGHBOUR = 2.0
_MOST_BETWEEN = 6
"""Primary statements stand together: what a neighbour within this many tables adds to a candidate's score."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that may be a statement, or a part of one."""

    table: Table
    rows: tuple[Row, ...]
    weights: dict[StatementKind, float]
    title: Title | None
    is_primary: bool
    entity: str | None
    lines: tuple[str, ...]

    def score(self, kind: StatementKind) -> float:
        """Return how strongly title and labels speak for the table being the primary statement `kind`."""
        score = self.weights[kind]
        if self.title is not None:
            score += _TITLE if kind in self.title.kinds else _OTHER_TITLE
        return score if self.is_primary else score + _NO_PRIMARY

    def is_statement(self, kind: StatementKind) -> bool:
        if sum(bool(row.figures) for row in self.rows) < _FEWEST_ROWS:
            return False
        if self.title is not None and kind in self.title.kinds:
            return self.score(kind) >= _TITLE + _TITLED
        return self.score(kind) >= _UNTITLED and has_essentials(kind, [row.label for row in self.rows if row.figures])


@dataclass(frozen=True, slots=True)
class Statement:
    """A primary statement: its tables, in order."""

    kind: StatementKind
    tables: tuple[Table, ...]
    rows: tuple[Row, ...]
    score: float
    is_titled: bool
    entity: str | None = None
    """What the statement is of, if not of the whole consolidated group."""


def find_statements(tables: Sequence[Table]) -> list[Statement]:
    """Find the statements among a document's tables, in the tables' order.

    Those of the parent alone, of guarantors and of other registrants in the same document have an `entity`.
    """
    parts = (part for table in tables for part in _split(table))
    candidates = [candidate for part in parts if (candidate := _candidate(part)) is not None]
    taken: set[_Key] = set()
    found: list[Statement] = []
    for kind in _ORDER:
        best = list(_best(kind, candidates, taken, found))
        for statement in best:
            taken |= set(map(_key, statement.tables))
        found += best
    found += _of_others(candidates, taken)
    return sorted(found, key=lambda statement: _key(statement.tables[0]))


_ORDER = (
    StatementKind.BALANCE,
    StatementKind.CASH_FLOW,
    StatementKind.INCOME,
    StatementKind.EQUITY,
    StatementKind.COMPREHENSIVE_INCOME,
)


_Key = tuple[int, int]


def _key(table: Table) -> _Key:
    """Return what tells a table, or a part of one, from others: its number and its first row."""
    return table.number, table.cells[0].row if table.cells else 0


def _split(table: Table) -> list[Table]:
    """Split a table in which several statements stand below each other, at their titles."""
    figures = {cell.row for cell in table.cells if cell.value is not None}
    first = min(figures, default=0)
    titles = {
        cell.row: cell.text
        for cell in table.cells
        if cell.row > first and cell.row not in figures and read_title(cell.text) is not None
    }
    if not titles:
        return [table]
    starts = [0, *sorted(titles)[:_MOST_PARTS]]
    parts: list[list[Cell]] = [[] for _ in starts]
    for cell in table.cells:
        parts[bisect_right(starts, cell.row) - 1].append(cell)
    return [
        replace(table, cells=tuple(cells), title=titles.get(start, table.title))
        for start, cells in zip(starts, parts, strict=True)
        if cells
    ]


def _candidate(table: Table) -> Candidate | None:
    """Return a table that may be a statement, or the rest of one."""
    rows = list_rows(table)
    with_figures = [row for row in rows if row.figures]
    if not with_figures or table.columns < _FEWEST_COLUMNS or _is_of_percentages(with_figures) or _is_of_contents(rows):
        return None
    nearest = (*table.lines_above[-_NEAREST_LINES:][::-1], *filter(None, (table.caption, table.title)))
    first = table.cells[0].row
    inside = [cell.text for cell in table.cells if cell.row < first + _MOST_TITLE_ROWS and cell.value is None]
    title = next(filter(None, map(read_title, (*inside, *nearest))), None)
    is_primary = not any(map(states_no_primary, nearest)) and (title is None or title.is_primary)
    entity = next(filter(None, map(entity_of, (*inside, *nearest))), None)
    headings = [cell.text for cell in table.cells if cell.kind is CellKind.HEADING]
    weights = weigh_contents([row.label for row in rows], headings)
    return Candidate(table, tuple(rows), weights, title, is_primary, entity, nearest)


def _is_of_percentages(rows: Sequence[Row]) -> bool:
    values = [cell.value for row in rows for cell in row.figures if cell.value]
    return 2 * sum(value.kind is Kind.PERCENTAGE for value in values) > len(values)


def _is_of_contents(rows: Sequence[Row]) -> bool:
    """Return whether a table lists statements, as an index does."""
    return sum(read_title(row.label) is not None for row in rows if row.figures) >= _MOST_TITLES


def _best(
    kind: StatementKind, candidates: Sequence[Candidate], taken: set[_Key], found: Sequence[Statement]
) -> Iterator[Statement]:
    """Yield the best statement of a kind, and others of the kind for other periods."""
    groups = [
        _group(kind, candidates, at, taken)
        for at, candidate in enumerate(candidates)
        if _key(candidate.table) not in taken and candidate.is_statement(kind)
    ][:_MOST_GROUPS]
    if not groups:
        return
    near = [_near(group, candidates, found) for group in groups]
    best = max(zip(groups, near, strict=True), key=lambda pair: pair[0].score + pair[1])[0]
    seen: set[Period] = set()
    used: set[_Key] = set()
    for group in [best, *(other for other in groups if other is not best)]:
        keys = set(map(_key, group.tables))
        is_near = abs(group.tables[0].number - best.tables[0].number) <= _MOST_BETWEEN
        is_other = is_near and group.is_titled and group.score > _ALIKE * best.score and not keys & used
        periods = _periods(group)
        if group is best or (is_other and periods and not periods & seen):
            seen |= periods
            used |= keys
            yield group


def _near(group: Statement, candidates: Sequence[Candidate], found: Sequence[Statement]) -> float:
    """Return how strongly the tables around a statement speak for it being a primary one."""
    at = group.tables[0].number
    around = {
        kind
        for other in candidates
        if other.table is not group.tables[0] and abs(other.table.number - at) <= _MOST_BETWEEN
        for kind in _ORDER
        if kind is not group.kind and other.title is not None and kind in other.title.kinds and other.is_statement(kind)
    }
    chosen = sum(abs(other.tables[0].number - at) <= _MOST_BETWEEN for other in found)
    return _NEIGHBOUR * (len(around) + chosen)


def _periods(group: Statement) -> set[Period]:
    return {cell.period for row in group.rows for cell in row.figures if cell.period is not None}


def _group(kind: StatementKind, candidates: Sequence[Candidate], at: int, taken: set[_Key]) -> Statement:
    """Return the statement that begins with a candidate, with the tables in which it goes on."""
    first = candidates[at]
    tables, rows = [first.table], list(first.rows)
    for follower in candidates[at + 1 :]:
        last = tables[-1]
        between = follower.table.pages[0] - last.pages[-1]
        if len(tables) >= _MOST_TABLES:
            break
        is_next = follower.table.number <= last.number + 1
        if _key(follower.table) in taken or between > _MOST_PAGES_BETWEEN + is_next:
            break
        if not _goes_on(kind, rows, follower):
            break
        tables.append(follower.table)
        rows += follower.rows
    weights = weigh_contents([row.label for row in rows], ())
    score = replace(first, weights=weights).score(kind)
    is_titled = first.title is not None and kind in first.title.kinds
    return Statement(kind, tuple(tables), tuple(rows), score, is_titled)


def _goes_on(kind: StatementKind, rows: Sequence[Row], follower: Candidate) -> bool:
    """Return whether a table is the rest of the statement whose rows are above it: its labels are others of it."""
    is_titled = follower.title is not None and kind in follower.title.kinds
    if not follower.is_primary or (follower.title is not None and not is_titled):
        return False
    labels = [row.label for row in rows if row.figures]
    own = [row.label for row in follower.rows if row.figures]
    gain = weigh_contents([*labels, *own], ())[kind] - weigh_contents(labels, ())[kind]
    if is_titled and len(follower.rows) <= _MOST_OF_REST and not follower.weights[StatementKind.BALANCE]:
        return True
    is_of_kind = max(follower.weights, key=follower.weights.__getitem__) is kind
    return gain >= _LEAST_GAIN and gain >= follower.weights[kind] / 2 and is_of_kind


def _of_others(candidates: Sequence[Candidate], taken: set[_Key]) -> Iterator[Statement]:
    """Yield the statements of the parent alone, of guarantors, and of other registrants than the first."""
    lines = {line for candidate in candidates for line in candidate.lines if _key(candidate.table) in taken}
    for at, candidate in enumerate(candidates):
        if candidate.title is None or _key(candidate.table) in taken:
            continue
        kind = next((kind for kind in candidate.title.kinds if candidate.weights[kind] >= _UNTITLED), None)
        if kind is None:
            continue
        entity = candidate.entity
        if entity is None and candidate.is_primary and candidate.score(kind) > _TITLE + _UNTITLED:
            entity = next((line for line in candidate.lines if line not in lines and _names_entity(line)), None)
        if entity is not None:
            group = _group(kind, candidates, at, taken)
            taken |= set(map(_key, group.tables))
            yield replace(group, entity=entity)


def _names_entity(line: str) -> bool:
    """Return whether a line near a title is a name, such as that of another registrant."""
    is_short = len(line) <= _MOST_OF_NAME and not _SENTENCE.search(line)
    return is_short and read_title(line) is None and _NAME.search(line) is not None

"""Finds the headings over each column, section by section."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.quantities.headings import find_years
from workers.extraction.tables.bands import Band, Bands
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.rows import Role, Row

_MOST_HEAD_ROWS = 12
"""Rows of headings of one section that are read, nearest to the figures first; it bounds the work."""


@dataclass(frozen=True, slots=True)
class Section:
    """The headings of the rows from `start` on.

    `over_all` are periods in rows of their own, over all columns. `rows` have the headings over columns. `leaves` are
    rows of an earlier section, whose headings over single columns hold on. `stubs` are the other cells: those in the
    label column, and statements of units.
    """

    start: int
    over_all: tuple[TextCell, ...]
    rows: tuple[tuple[TextCell, ...], ...]
    leaves: tuple[tuple[TextCell, ...], ...]
    stubs: tuple[TextCell, ...]


class Headings:
    """The headings of one table. Paths are found once for each section and band."""

    def __init__(self, rows: Sequence[Row], bands: Bands) -> None:
        self._bands = bands
        self._sections = self._read(rows)
        self._starts = [section.start for section in self._sections]
        self._beside: dict[int, tuple[str, ...]] = {}
        self._paths: dict[tuple[int, int], tuple[TextCell, ...]] = {}

    def section(self, row: int) -> int | None:
        """Return the number of the section that a row belongs to; None for rows above all headings."""
        at = bisect_right(self._starts, row) - 1
        return None if at < 0 else at

    def stubs(self, row: int) -> tuple[TextCell, ...]:
        """Return the stubs of a row's section."""
        at = self.section(row)
        return () if at is None else self._sections[at].stubs

    def first_stubs(self) -> tuple[TextCell, ...]:
        """Return the stubs of the first section."""
        return self._sections[0].stubs if self._sections else ()

    def beside(self, row: int) -> tuple[str, ...]:
        """Return the headings of a row's section that are not over a single column: stubs, and the only period
        without a year, which some files print over one of its columns.
        """
        at = self.section(row)
        if at is None:
            return ()
        if at not in self._beside:
            section = self._sections[at]
            stubs = tuple(stub.text for stub in section.stubs)
            periods = {cell.text for cells in section.rows for cell in cells if cell.form is Form.PERIOD}
            is_one = len(periods) == 1 and not any(map(find_years, periods))
            self._beside[at] = (*stubs, *periods) if is_one else stubs
        return self._beside[at]

    def over(self, row: int, band: int) -> tuple[TextCell, ...]:
        """Return the headings over a band in a row's section, outermost first."""
        at = self.section(row)
        if at is None:
            return ()
        if (at, band) not in self._paths:
            self._paths[at, band] = self._path(self._sections[at], band)
        return self._paths[at, band]

    def _path(self, section: Section, band: int) -> tuple[TextCell, ...]:
        own = self._column(section.rows, band)
        kept = [cell for cell in self._column(section.leaves, band) if not own or not self._is_span(cell)]
        return (*section.over_all, *own, *kept)

    def _column(self, rows: Sequence[Sequence[TextCell]], band: int) -> list[TextCell]:
        found: list[TextCell] = []
        for row in rows:
            cell = _over(row, self._bands[band]) or _beside(row, self._bands, band)
            if cell is not None and not (found and found[-1].text == cell.text):
                found.append(cell)
        return found

    def _is_span(self, cell: TextCell) -> bool:
        return len(self._bands.under(cell.left, cell.right)) > 1

    def _is_lone(self, row: Sequence[TextCell], above: Sequence[Sequence[TextCell]]) -> bool:
        """Return whether a row's only cell names the rows below, and no column: the columns have headings above."""
        is_word = len(row) == 1 and row[0].form is Form.WORDS and not self._is_span(row[0])
        return is_word and any(len(cells) > 1 and not any(map(self._is_span, cells)) for cells in above)

    def _read(self, rows: Sequence[Row]) -> list[Section]:
        sections: list[Section] = []
        heads: list[Row] = []
        for row in rows:
            if row.role is Role.HEAD:
                heads.append(row)
            elif heads and row.cells:
                sections.append(self._section(row.number, heads, sections[-1] if sections else None))
                heads = []
        return sections

    def _section(self, start: int, heads: Sequence[Row], before: Section | None) -> Section:
        rows: list[tuple[TextCell, ...]] = []
        over_all: list[TextCell] = []
        stubs: list[TextCell] = []
        for row in heads:
            over = [cell for cell in row.data if not (cell.form is Form.UNITS and len(row.data) == 1)]
            alone = [] if row.data else [cell for cell in row.cells if cell.form in (Form.YEAR, Form.PERIOD)]
            over_all += alone
            headed = frozenset((*over, *alone))
            stubs += [cell for cell in row.cells if cell not in headed]
            if over and self._is_lone(over, (*(before.rows if before else ()), *rows)):
                stubs += over
            elif over:
                rows.append(tuple(over))
        del rows[:-_MOST_HEAD_ROWS]
        leaves: tuple[tuple[TextCell, ...], ...] = ()
        if before is not None and all(self._is_span(cell) for row in rows for cell in row):
            # Headings over several columns only, or a period: the headings of the single columns hold on.
            leaves = (*(before.leaves if not _has_leaves(before.rows, self._is_span) else ()), *before.rows)
            stubs = [*before.stubs, *stubs] if not rows else stubs
        return Section(start, tuple(over_all), tuple(rows), leaves[-_MOST_HEAD_ROWS:], tuple(stubs[-_MOST_HEAD_ROWS:]))


def _has_leaves(rows: Sequence[Sequence[TextCell]], is_span: Callable[[TextCell], bool]) -> bool:
    return any(not is_span(cell) for row in rows for cell in row)


def _over(row: Sequence[TextCell], band: Band) -> TextCell | None:
    """Return the cell that shares most columns with a band."""
    at = bisect_right(row, band.left, key=_left) - 1
    best: TextCell | None = None
    for cell in row[max(at, 0) :]:
        if cell.left >= band.right:
            break
        shared = cell.overlap(band.left, band.right)
        if shared > 0 and (best is None or shared > best.overlap(band.left, band.right)):
            best = cell
    return best


def _beside(row: Sequence[TextCell], bands: Bands, at: int) -> TextCell | None:
    """Return the nearest cell beside a band that is over no band at all, and not beyond the next band."""
    band = bands[at]
    place = bisect_right(row, band.left, key=_left)
    near: list[tuple[int, TextCell]] = []
    for cell in row[max(place - 1, 0) : place + 1]:
        if bands.under(cell.left, cell.right):
            continue
        if cell.right <= band.left and (at == 0 or cell.left >= bands[at - 1].right):
            near.append((band.left - cell.right, cell))
        elif cell.left >= band.right and (at + 1 == len(bands) or cell.right <= bands[at + 1].left):
            near.append((cell.left - band.right, cell))
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _left(cell: TextCell) -> int:
    return cell.left

"""Reads the fictional filings from `filings/*.txt`.

The head of a file has its properties (`name: value`). A line `====` starts a page. On a page, `#`, `##` and `###` start
headings, `^` a centred line, `~` small print; other lines are paragraphs. A row of a table starts with `|`; its first
cell is the label. After the bar stands what the row is: `!` headings, `<` words instead of figures, `.` figures that no
total includes, `0` the end of a sum, `=N` the sum of the N figures above, `-N` the first of the N figures above minus
the others, `~N` what is missing from the total assets after the N figures above. A total replaces its parts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent / "filings"
BREAK = "===="
TOTAL_ASSETS = "Total assets"
NOTE = "Note"
"""The heading of the column with the numbers of notes."""

_ROW = re.compile(r"\|(?P<kind><!|[!<.0]|[=~-]\d)?\s?(?P<cells>.*)")
_FIGURE = re.compile(r"—|\(?\$?\d[\d,]*(?:\.\d+)?\)?")


@dataclass(frozen=True, slots=True)
class Text:
    """A line or a paragraph. The style is `title`, `item`, `section`, `centred`, `small` or `body`."""

    style: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label and its printed cells."""

    label: str
    cells: tuple[str, ...]
    is_total: bool = False


@dataclass(slots=True)
class Table:
    """A table. Its headings may be empty; `is_words` means that its cells are texts."""

    headings: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    is_words: bool = False


Page = Sequence[Text | Table]


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing: its file name without extension, its properties, and its pages."""

    name: str
    format: str
    half: str
    issuer: str
    currency: str
    head: str
    foot: str
    pages: tuple[Page, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.{self.format}"


def read_filings() -> list[Filing]:
    """Return the twenty filings by name."""
    return [parse_filing(path.stem, path.read_text()) for path in sorted(FOLDER.glob("*.txt"))]


def parse_filing(name: str, text: str) -> Filing:
    """Parse a filing."""
    head, *pages = re.split(rf"^{BREAK}$\n?", text, flags=re.MULTILINE)
    given = {key: value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    return Filing(name=name, pages=tuple(_parse_page(page) for page in pages), **given)


def _parse_page(text: str) -> Page:
    found: list[Text | Table] = []
    sums = _Sums()
    is_open = False
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = _ROW.fullmatch(line)
        if match is None:
            found.append(_parse_text(line))
            is_open = False
            continue
        kind = match["kind"] or ""
        cells = tuple(cell.strip() for cell in match["cells"].split("|"))
        table = found[-1] if is_open else None
        is_heading = kind in ("!", "<!")
        if not isinstance(table, Table) or (is_heading and table.rows):
            table = Table()
            found.append(table)
            sums.start()
        is_open = True
        if kind == "0":
            sums.start()
        elif is_heading:
            table.headings, table.is_words = cells, kind == "<!"
        else:
            table.rows.append(sums.add(kind, cells, table.headings))
    return [part for part in found if not isinstance(part, Table) or part.rows]


def _parse_text(line: str) -> Text:
    styles = {"#": "title", "##": "item", "###": "section", "^": "centred", "~": "small"}
    mark, _, rest = line.partition(" ")
    return Text(styles[mark], rest) if mark in styles else Text("body", line)


class _Sums:
    """Computes the totals of a page's tables."""

    def __init__(self) -> None:
        self._parts: list[tuple[Decimal, ...]] = []
        self._assets: tuple[Decimal, ...] = ()
        self._like: list[str] = []

    def start(self) -> None:
        self._parts = []

    def add(self, kind: str, cells: tuple[str, ...], headings: tuple[str, ...]) -> Row:
        """Return the row as printed, and remember its figures for the totals below."""
        label, *printed = cells
        if kind[:1] in ("=", "-", "~"):
            row = self._total(label, kind[0], int(kind[1]))
            printed = ["" if head == NOTE else cell for head, cell in zip(headings[1:], row.cells, strict=True)]
            return Row(label, tuple(printed), row.is_total)
        if kind == "" and any(printed) and all(not cell or _FIGURE.fullmatch(cell) for cell in printed):
            self._parts.append(tuple(amount_of(cell) for cell in printed))
            self._like = printed
        return Row(label, tuple(printed))

    def _total(self, label: str, kind: str, count: int) -> Row:
        parts = self._parts[-count:]
        assert len(parts) == count, label
        sums = tuple(map(sum, zip(*parts, strict=True)))
        if kind == "=":
            values = tuple(Decimal(value) for value in sums)
        elif kind == "-":
            values = tuple(2 * first - value for first, value in zip(parts[0], sums, strict=True))
        else:
            values = tuple(whole - value for whole, value in zip(self._assets, sums, strict=True))
        if kind != "~":
            del self._parts[-count:]
        self._parts.append(values)
        if label == TOTAL_ASSETS:
            self._assets = values
        cells = tuple(print_amount(value, like) for value, like in zip(values, self._like, strict=True))
        return Row(label, cells, is_total=kind != "~")


def amount_of(cell: str) -> Decimal:
    """Return the amount of a printed cell: negative in parentheses, zero for a dash or an empty cell."""
    digits = re.sub(r"[^\d.]", "", cell)
    amount = Decimal(digits or 0)
    return -amount if cell.startswith("(") else amount


def print_amount(amount: Decimal, like: str) -> str:
    """Print an amount with thousands separators, negative in parentheses, zero as a dash, a dollar sign as `like`."""
    if not amount:
        return "—"
    text = f"{'$' if like.startswith('$') else ''}{abs(amount):,}"
    return f"({text})" if amount < 0 else text

"""Examples from made-up statements: fictional companies' rows with the concepts that such filers tag them with.

`statements/` has a text file for each company. A line `@ KIND: TITLE` begins a statement; the title may be left out.
`LABEL = Concept` is a row with figures, and a line without " = " a heading; two spaces are an indent. `= other` is a
rare or an own concept, and `= part Concept` a figure with a dimension. A row marked `<< n` is the total of the last n
rows that belong to no total yet, `<< *` of all such since the last heading, `<< **` of all such of the statement.
Before a label, `- ` is printed positive but deducted, `(-) ` is printed in brackets, and `~ ` has a sign at random.
`!shares`, `!per-share` and `!ratio` at the end mark rows that are not money. `#` begins a comment.

Figures are drawn (`made_figures.py`), written as a filing (`made_pages.py`), and read as any filing is.
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.facts.items.rows import ItemRow
from app.facts.model import StatementKind
from app.facts.statements.finding import find_statements
from app.facts.statements.placing import item_rows
from app.facts.statements.structure import structure_of
from evals.environment.reading import read_document
from evals.learning.examples import MADE_UP, Example, Source, Truth
from evals.learning.made_figures import Drawn, draw_figures
from evals.learning.made_pages import write_page
from evals.learning.made_rows import MadeRow, MadeStatement

STATEMENTS = Path(__file__).with_name("statements")
OTHER_NAME = "made:Other"
"""The concept of rows marked `other`; its prefix says that the taxonomy does not have it."""
_LINE = re.compile(
    r"(?P<indent> *)(?P<mark>(?:- |\(-\) |~ )?)(?P<label>.*?)"
    r"(?: = (?P<part>part )?(?P<concept>[A-Za-z]\w*)(?: << (?P<total>\d+|\*\*?))?(?: !(?P<measure>[a-z-]+))?)?"
)
_MEASURES = (None, "shares", "per-share", "ratio")
_COSTS = re.compile(r"total\b.*\b(?:costs?|expenses?)\b", re.IGNORECASE)
_STOPS = re.compile(r"\W+")


class MadeStatementError(Exception):
    """A file is not as its format says. The message names the file and the line."""


@dataclass(frozen=True, slots=True)
class MadeCompany:
    """A fictional company with its statements."""

    name: str
    statements: tuple[MadeStatement, ...]


def read_made_statements(folder: Path = STATEMENTS) -> list[Example]:
    """Return the statements of all fictional companies. Raises MadeStatementError."""
    return [example for path in sorted(folder.glob("*.txt")) for example in read_made_company(path)]


def read_made_company(path: Path) -> Iterator[Example]:
    """Yield the statements of a file, as Footnote reads them. Raises MadeStatementError."""
    company = parse_company(path)
    drawn = draw_figures(company.statements, company.name)
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / f"{company.name}.html"
        page.write_text(write_page(drawn, company.name), encoding="utf-8")
        document = read_document(page)
    made = {own.statement.kind: own for own in drawn}
    for statement in find_statements(document.tables):
        if statement.kind in made:
            rows = tuple(item_rows(structure_of(statement)))
            truth = tuple(_align(rows, made[statement.kind].statement.rows))
            name = f"{MADE_UP}{company.name}"
            yield Example(name, name, Source.MADE, statement.kind, rows, truth)


def _align(rows: Sequence[ItemRow], made: Sequence[MadeRow]) -> Iterator[Truth | None]:
    """Yield what each row that was read is tagged with. Both are in the same order."""
    at = 0
    for row in rows:
        plain = _STOPS.sub("", row.label)
        found = next((number for number in range(at, len(made)) if _STOPS.sub("", made[number].label) == plain), None)
        if found is not None:
            at = found + 1
        concept = made[found].concept if found is not None and row.figures else None
        yield None if found is None or concept is None else Truth(concept, made[found].is_part)


def parse_company(path: Path) -> MadeCompany:
    """Parse a file. Raises MadeStatementError."""
    statements: list[MadeStatement] = []
    rows: list[MadeRow] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        try:
            if text.startswith("@"):
                rows = []
                statements.append(_statement(text, rows))
            else:
                rows.append(_row(text, rows, statements[-1].kind if statements else None))
        except ValueError as error:
            raise MadeStatementError(f"{path.name}:{number}: {error}") from error
    kinds = [statement.kind for statement in statements]
    if len(kinds) != len(set(kinds)):
        raise MadeStatementError(f"{path.name}: Two statements are of the same kind.")
    return MadeCompany(path.stem, tuple(statements))


def _statement(text: str, rows: list[MadeRow]) -> MadeStatement:
    kind, _, title = text.removeprefix("@").partition(":")
    return MadeStatement(StatementKind(kind.strip()), title.strip(), rows)


def _row(text: str, above: Sequence[MadeRow], kind: StatementKind | None) -> MadeRow:
    if kind is None:
        raise ValueError("A row stands before the first statement.")
    match = _LINE.fullmatch(text)
    if match is None or not match["label"].strip():
        raise ValueError("This is not a row.")
    if match["concept"] is None:
        if " = " in text or "<<" in text:
            raise ValueError("The text after the label is not valid.")
        return MadeRow(match["label"].strip(), len(match["indent"]) // 2)
    if match["measure"] not in _MEASURES:
        raise ValueError(f"!{match['measure']} is no measure.")
    row = MadeRow(
        label=match["label"].strip(),
        indent=len(match["indent"]) // 2,
        concept=OTHER_NAME if match["concept"] == "other" else match["concept"],
        is_part=match["part"] is not None,
        mark=match["mark"].strip(),
        measure=match["measure"],
        parts=() if match["total"] is None else _parts(match["total"], above),
    )
    if row.parts and not row.mark and _COSTS.match(row.label) and all(above[part].mark == "-" for part in row.parts):
        raise ValueError("A total of deducted rows is deducted, too: begin it with '- '.")
    _check_once(row, above, kind)
    return row


def _parts(total: str, above: Sequence[MadeRow]) -> tuple[int, ...]:
    """Return the numbers of the rows that a total adds up."""
    taken = {part for row in above for part in row.parts}
    taken |= {at for at, row in enumerate(above) if row.concept == "Assets"}  # both sides stand in one table
    open_ = [at for at, row in enumerate(above) if row.concept and row.measure is None and at not in taken]
    heading = max((at for at, row in enumerate(above) if row.concept is None), default=-1)
    if total == "**":
        parts = open_
    elif total == "*":
        parts = [at for at in open_ if at > heading]
    else:
        parts = open_[-int(total) :] if len(open_) >= int(total) > 0 else []
    if not parts:
        raise ValueError("There are too few rows to add up.")
    return tuple(parts)


_TWICE = ("Cash", "RestrictedCash")


def _check_once(row: MadeRow, above: Sequence[MadeRow], kind: StatementKind) -> None:
    """Raise a ValueError if a concept stands twice in a statement: such a row has a dimension, or is another's."""
    if row.is_part or row.concept == OTHER_NAME or row.concept is None or kind is StatementKind.EQUITY:
        return
    if row.concept.startswith(_TWICE) and kind is StatementKind.CASH_FLOW:
        return
    if any(row.concept == other.concept and not other.is_part for other in above):
        raise ValueError(f"{row.concept} stands twice.")


def print_company(path: Path) -> Iterator[str]:
    """Yield the lines of a file's statements with their figures."""
    company = parse_company(path)
    for own in draw_figures(company.statements, company.name):
        yield f"== {own.statement.kind.value}"
        for row, figures in zip(own.statement.rows, own.figures, strict=True):
            shown = " ".join("-".rjust(14) if figure is None else f"{figure:14,}" for figure in figures)
            yield f"{'  ' * row.indent}{row.label}"[:70].ljust(72) + shown


def _check(drawn: Sequence[Drawn], read: Sequence[Example]) -> Iterator[str]:
    """Yield what is lost on the way through the reader."""
    by_kind = {example.statement: example for example in read}
    for own in drawn:
        example = by_kind.get(own.statement.kind)
        tagged = sum(row.concept is not None for row in own.statement.rows)
        found = 0 if example is None else sum(truth is not None for truth in example.truth)
        if found < tagged:
            yield f"{own.statement.kind.value}: {found} of {tagged} rows were read"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for text in print_company(Path(name)):
            print(text)  # noqa: T201  the report
        made = parse_company(Path(name))
        for text in _check(draw_figures(made.statements, made.name), [*read_made_company(Path(name))]):
            print(text)  # noqa: T201  the report

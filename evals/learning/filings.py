"""Examples from tagged filings: the statements as Footnote's reader finds them in the filing without its tags."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.facts.items.rows import ItemRow
from app.facts.statements.finding import Statement, find_statements
from app.facts.statements.placing import item_rows
from app.facts.statements.structure import structure_of
from evals.datasets.ixbrl import read_tagged
from evals.datasets.printed_figures import Tag, TaggedTables, read_tagged_tables
from evals.environment.reading import ReadDocument
from evals.learning.examples import TAXONOMY, Example, Source, Truth
from evals.scoring.cell_places import find_cells

_Place = tuple[int, int]


def read_examples(filing: Path, source: Source, document: ReadDocument) -> list[Example]:
    """Return a filing's statements. `document` is the filing without tags, read in the format `source`."""
    return [
        Example(read_tagged(filing).company, filing.stem, source, statement.kind, rows, truth)
        for statement, rows, truth in _placed(read_tagged_tables(filing), document)
    ]


def _placed(
    tagged: TaggedTables, document: ReadDocument
) -> Iterator[tuple[Statement, tuple[ItemRow, ...], tuple[Truth | None, ...]]]:
    tokens = [figure.token for figure in tagged.figures]
    found = find_cells(tagged.tokens, tokens, document.pages, document.tables)
    tags: dict[_Place, list[Tag]] = {}
    for figure, place in zip(tagged.figures, found, strict=True):
        if place is not None:
            tags.setdefault((place.table.number, place.cell.row), []).extend(figure.tags)
    for statement in find_statements(document.tables):
        truth = tuple(_truth(tags.get((row.table.number, row.number), ())) for row in statement.rows)
        yield statement, tuple(item_rows(structure_of(statement))), truth


def _truth(tags: Sequence[Tag]) -> Truth | None:
    """Return the concept that most of a row's figures are tagged with, those of the whole group first."""
    whole = [tag for tag in tags if tag.is_whole]
    counts = Counter(tag.name for tag in whole or tags)
    if not counts:
        return None
    return Truth(counts.most_common(1)[0][0].removeprefix(TAXONOMY), is_part=not whole)

"""What retrieval hands to whoever answers: a passage of a page, with what a reader needs to judge and cite it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as found: `text` is the text of page `page_number` (from 1) from `char_start` to `char_end`.

    `kind` is the chunk's (`text` or `table`); `table_header` is a table's header lines, repeated when it was split;
    `rank` counts from 1, `score` is comparable within one search only.
    """

    chunk_id: int
    document_id: UUID
    version_id: UUID
    document_title: str
    issuer: str | None
    document_type: str
    period: str | None
    page_number: int
    char_start: int
    char_end: int
    heading: str
    table_header: str
    text: str
    kind: str
    score: float
    rank: int

"""A retrieved passage of a page, with the fields for assessing and citing it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk: `text` is the text of page `page_number` (from 1) from `char_start` to `char_end`.

    `kind` is `text` or `table`. `table_header` repeats the header lines of a table that was split into chunks. `rank`
    counts from 1. Scores are comparable within one search only.
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

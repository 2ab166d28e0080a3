"""What the chunker makes of a document's pages: passages of one page each, with the words that place them."""

from dataclasses import dataclass
from enum import StrEnum


class ChunkKind(StrEnum):
    TEXT = "text"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A passage of one page: `text` is exactly the page's `text[char_start:char_end]`; `page_number` counts from 1.

    `heading` is the context line (issuer · document type · period · section path). `table_header` holds the caption and
    header rows of a table that goes on in this chunk; it repeats text from before the span and is no part of it.
    `token_count` counts `table_header` and `text` in cl100k tokens.
    """

    ordinal: int
    kind: ChunkKind
    page_number: int
    char_start: int
    char_end: int
    heading: str
    table_header: str
    text: str
    section_path: tuple[str, ...]
    token_count: int

    def indexed_text(self) -> str:
        """What is embedded and indexed: the context line, the repeated table header, the passage."""
        return "\n".join(part for part in (self.heading, self.table_header, self.text) if part)

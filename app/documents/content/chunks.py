"""Chunks: each is a passage of one page, with its heading. The chunker creates them."""

from dataclasses import dataclass
from enum import StrEnum


class ChunkKind(StrEnum):
    TEXT = "text"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A passage of one page: `text` is exactly the page's `text[char_start:char_end]`; `page_number` counts from 1.

    `heading` is the context line (issuer · document type · period · section path). If the chunk continues a table of an
    earlier chunk, `table_header` repeats the table's caption and header rows. They are not part of `text`.
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
        return indexed_text(self.heading, self.table_header, self.text)


def indexed_text(heading: str, table_header: str, text: str) -> str:
    """Return the text of a chunk to embed and index: context line, repeated table header and passage."""
    return "\n".join(part for part in (heading, table_header, text) if part)

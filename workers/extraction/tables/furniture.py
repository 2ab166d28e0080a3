"""Recognises page furniture: page numbers, and lines that stand at the edge of several pages."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.content.parsed import Block, BlockKind, ParsedPage
from workers.extraction.tables.cells import Form
from workers.extraction.tables.forms import Forms

_EDGE = 3
"""Blocks at each edge of a page that can be furniture."""
_FEWEST = 3
"""Pages that a line stands on to be furniture."""
_LONGEST = 160
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:[A-Z]{1,2}[- ]?)?\d{1,4}|[ivxl]{1,7}|page \d+(?: of \d+)?|[-–—] ?\d{1,4} ?[-–—]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """The furniture of one document's pages."""

    lines: frozenset[str]

    @classmethod
    def of(cls, pages: Sequence[ParsedPage], forms: Forms) -> "Furniture":
        """Find the lines at the edges of several pages. Periods and units belong to what is below them."""
        seen: Counter[str] = Counter()
        for page in pages:
            blocks = page.blocks if len(page.blocks) <= 2 * _EDGE else (*page.blocks[:_EDGE], *page.blocks[-_EDGE:])
            seen.update({_key(page, block) for block in blocks if _can_be(block)})
        repeated = (key for key, count in seen.items() if count >= _FEWEST)
        return cls(frozenset(key for key in repeated if forms.of(key) not in (Form.UNITS, Form.PERIOD)))

    def has(self, page: ParsedPage, block: Block) -> bool:
        """Return whether a block is furniture."""
        if not _can_be(block):
            return False
        key = _key(page, block)
        return key in self.lines or _PAGE_NUMBER.fullmatch(key.replace("#", "1")) is not None


def _can_be(block: Block) -> bool:
    return block.kind is not BlockKind.TABLE and block.end - block.start <= _LONGEST


def _key(page: ParsedPage, block: Block) -> str:
    return _DIGITS.sub("#", " ".join(page.text[block.start : block.end].split()))

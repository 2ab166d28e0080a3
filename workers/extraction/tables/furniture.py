"""Recognises page furniture: page numbers, and lines that stand at the edge of several pages."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
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
        """Find the lines at the edges of several pages. Units belong to what is below them, and so does a period that
        mostly stands directly above tables.
        """
        seen: Counter[str] = Counter()
        over_tables: Counter[str] = Counter()
        for page in pages:
            here: set[str] = set()
            for at in _at_edges(len(page.blocks)):
                block = page.blocks[at]
                if _can_be(block):
                    key = _key(page, block)
                    here.add(key)
                    if at + 1 < len(page.blocks) and page.blocks[at + 1].kind is BlockKind.TABLE:
                        over_tables[key] += forms.of(_text(page, block)) is Form.PERIOD
            seen.update(here)
        repeated = (key for key, count in seen.items() if count >= _FEWEST and 2 * over_tables[key] <= count)
        return cls(frozenset(key for key in repeated if forms.of(key) not in (Form.UNITS, Form.PERIOD)))

    def has(self, page: ParsedPage, block: Block) -> bool:
        """Return whether a block is furniture."""
        if not _can_be(block):
            return False
        key = _key(page, block)
        return key in self.lines or _PAGE_NUMBER.fullmatch(key.replace("#", "1")) is not None


def _can_be(block: Block) -> bool:
    return block.kind is not BlockKind.TABLE and block.end - block.start <= _LONGEST


def _at_edges(count: int) -> Iterable[int]:
    return range(count) if count <= 2 * _EDGE else (*range(_EDGE), *range(count - _EDGE, count))


def _key(page: ParsedPage, block: Block) -> str:
    return _DIGITS.sub("#", _text(page, block))


def _text(page: ParsedPage, block: Block) -> str:
    return " ".join(page.text[block.start : block.end].split())

"""Finds headings among short paragraphs. Type size and phrases that are usual in filings determine their levels."""

import re
from collections import Counter

from app.documents.content.parsed import Block, BlockKind
from workers.parsing.pdf.page import LineStyle, PageDraft

_PART = re.compile(r"PART\s+[IVX]{1,4}\b[.,\s—–-]*[^.]{0,80}", re.IGNORECASE)
_ITEM = re.compile(r"ITEM\s+\d{1,2}[A-C]?\s*[.:—–-].{0,160}|ITEM\s+\d{1,2}[A-C]?", re.IGNORECASE | re.DOTALL)
_NOTE = re.compile(r"(?:NOTE|ARTICLE|SECTION)\s+\d{1,2}(?:\.\d{1,2})?\b\s*[.:—–-]?.{0,120}", re.IGNORECASE | re.DOTALL)
_ENDS_SENTENCE = re.compile(r".*[.;,]", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{4}")
_LARGER = ((1.45, 1), (1.18, 2))
"""Pairs (ratio, level). A heading gets the level of the first pair for which its type size is more than `ratio` times
the type size of the body text.
"""
_MAX_CHARS = 180
_MAX_LINES = 3


def mark_headings(drafts: list[PageDraft]) -> list[list[Block]]:
    """Return each page's blocks, with headings marked.

    Level 1 is for parts and large titles, 2 for items, 3 for sections, and 4 for other headings.
    """
    sizes: Counter[float] = Counter()
    for draft in drafts:
        sizes.update(draft.sizes)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    return [
        [
            _marked(block, style, draft.text[block.start : block.end], body)
            for block, style in zip(draft.blocks, draft.styles, strict=True)
        ]
        for draft in drafts
    ]


def _marked(block: Block, style: LineStyle, text: str, body: float) -> Block:
    level = heading_level(text, style, body) if block.kind is BlockKind.PARAGRAPH else 0
    return Block(BlockKind.HEADING, block.start, block.end, level=level) if level else block


def heading_level(text: str, style: LineStyle, body: float) -> int:
    """Return the level of a heading (1 to 4), or 0 for other text. `body` is the type size of most text."""
    if len(text) > _MAX_CHARS or style.lines > _MAX_LINES:
        return 0
    letters = [char for char in text if char.isalpha()]
    if len(letters) < max(3, 0.4 * len(text)):
        return 0
    # Codes ("CA, NJ, NY") are also in capitals, so a heading must contain a word of four letters.
    in_capitals = all(char.isupper() for char in letters) and _WORD.search(text) is not None
    stands_out = style.bold or in_capitals or style.size > 1.08 * body
    is_sentence = _ENDS_SENTENCE.fullmatch(text) is not None
    for pattern, level in ((_PART, 1), (_ITEM, 2), (_NOTE, 3)):
        if pattern.fullmatch(text) and (stands_out or (style.lines == 1 and not is_sentence)):
            return level
    return _level_by_style(style, body, in_capitals=in_capitals, is_sentence=is_sentence) if stands_out else 0


def _level_by_style(style: LineStyle, body: float, *, in_capitals: bool, is_sentence: bool) -> int:
    for share, level in _LARGER:
        if style.size > share * body:
            return level
    is_small = style.size < 0.85 * body
    # A single bold line that ends like a sentence is also a heading, because it introduces the next paragraph.
    if (is_sentence and not (style.bold and style.lines == 1)) or (is_small and not in_capitals):
        return 0
    return 3 if (in_capitals and style.bold) or style.centred else 4

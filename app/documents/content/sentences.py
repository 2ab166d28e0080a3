"""Split text into sentences with their offsets."""

import re

_PARAGRAPH_END = re.compile(r"\n[ \t]*\n|\Z")
# The pattern begins with a set of characters, which a search skips to.
_BOUNDARY = re.compile(r"[.!?•●▪◦](?:(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9•●▪◦|]|<<)|(?<=[•●▪◦])\s*)")
_BULLETS = "•●▪◦"
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|LLC|L\.P|S\.A|N\.V|Mr|Mrs|Ms|Dr|Jr|Sr|No|Nos|vs|v|approx|St|Sec|Art|Fig|Rev|Dec|Jan|Feb|Mar|"
    r"Apr|Jun|Jul|Aug|Sept?|Oct|Nov|e\.g|i\.e|etc|cf)|\b[A-Z]|U\.S|U\.K)\.$"
)


def find_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences in order, without surrounding white space. The end of a paragraph also ends a
    sentence.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for paragraph_end in _PARAGRAPH_END.finditer(text):
        for boundary in _BOUNDARY.finditer(text, begin, paragraph_end.start()):
            if _ABBREVIATION.search(text, max(begin, boundary.start() - 12), boundary.start() + 1):
                continue
            mark = boundary.group().rstrip()
            _put(spans, text, begin, boundary.start() + (0 if mark in _BULLETS else len(mark)))
            begin = boundary.end()
        _put(spans, text, begin, paragraph_end.start())
        begin = paragraph_end.end()
    return spans


def _put(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(piece.strip())))

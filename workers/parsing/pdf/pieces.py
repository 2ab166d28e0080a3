"""The parts of a page's lines. A piece is a sequence of words with ordinary blanks between them."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from app.quantities.unit_mentions import CODE, CURRENCY

_MINUS = "[-–—−‐‑+△▲]"
_AMOUNT = rf"{_MINUS}?(?:\(|{CURRENCY})*{_MINUS}?{CURRENCY}?(?:\d(?:[\d,.'’]*\d)?|\.\d+)\)?%?\)?-?"
_TIME = "(?:year|month|day)s?"
_UNIT = (
    r"(?:[xX×]|times|bps?|basispoints?|p?pts\.?|pps?|p\.p\.|%?-?points?|percent(?:agepoints?)?|:1(?:\.0+)?|[tmb]n|mm|MM"
    r"|(?:(?<=[.,]\d)|(?<=[.,]\d\d)|(?<=\d\d\d))[kKmMbB]|(?:thousand|million|billion|trillion|lakh|crore)s?"
    rf"|shares|cents?|[¢€£]|{CODE}|DR|CR|Dr|Cr)"
)
_ABOUT = r"approx\.?|approximately|about|circa|ca\.|(?:not)?(?:less|more|greater)than|upto|atleast|atmost|over|under"
NUMBER = re.compile(
    rf"(?:[<>≤≥=~]{{0,2}}|up|down){_AMOUNT}(?:{_UNIT}|{_TIME})?(?:(?:to|[-–—]){_AMOUNT}(?:{_UNIT}|{_TIME})?)?>?"
    rf"(?:\(\w{{1,2}}\)|[*†‡])?|(?i:{_ABOUT}){_AMOUNT}{_UNIT}?|{_MINUS}?\(?{CURRENCY}\d[\d,.]*[kKmMbB]\)?"
    r"|[($€£¥₹]*[-–—−]+\)?%?|-0-|[Nn]il|[Nn]\.?/?[AaMm]\.?|NMF|\*|[$€£¥₹%)]"
)
_LONGEST = 32
"""The length of the longest text that may be a number."""


CURRENCIES = frozenset("$€£¥")
_APART = re.compile(r"\d[,.]? +\d")
_FIRST = frozenset("0123456789$€£¥(-–—.")
_YEAR_AND_SIGN = re.compile(r"(?:19|20)\d\d [$€£¥₹]")
_GROUPED = re.compile(r"\D*\d{1,3}(?: \d{3})+(?:[.,]\d+)?\D*")


@lru_cache(maxsize=1 << 14)
def is_number(text: str) -> bool:
    """Return whether the text is one number, a range, a ratio, a dash, or a sign. Blanks may group digits by three."""
    if len(text) > _LONGEST or (_APART.search(text) and not _GROUPED.fullmatch(text)) or _YEAR_AND_SIGN.match(text):
        return False
    return NUMBER.fullmatch(text.replace(" ", "")) is not None


@dataclass(slots=True)
class Piece:
    """A sequence of words from x0 to x1. `words` are their indexes on the page, `starts` and `ends` their edges."""

    words: list[int]
    x0: float
    x1: float
    text: str
    starts: list[float]
    ends: list[float]

    @property
    def is_number(self) -> bool:
        return is_number(self.text)

    def split_at(self, place: int) -> tuple["Piece", "Piece"]:
        """Return the words before `place` and the others. Each word has one text without blanks."""
        texts = self.text.split(" ")
        left, right = slice(None, place), slice(place, None)
        first, second = (
            Piece(
                words=self.words[part],
                x0=self.starts[part][0],
                x1=max(self.ends[part]),
                text=" ".join(texts[part]),
                starts=self.starts[part],
                ends=self.ends[part],
            )
            for part in (left, right)
        )
        return first, second

    def followed_by(self, piece: "Piece") -> "Piece":
        """Return one piece with the words of this piece and of the next."""
        return Piece(
            words=self.words + piece.words,
            x0=min(self.x0, piece.x0),
            x1=max(self.x1, piece.x1),
            text=f"{self.text} {piece.text}",
            starts=self.starts + piece.starts,
            ends=self.ends + piece.ends,
        )


@dataclass(slots=True)
class Line:
    """Pieces side by side, from left to right. `y0` and `y1` are the top and bottom of most words in the line."""

    pieces: list[Piece]
    y0: float
    y1: float

    @property
    def x0(self) -> float:
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        return max([piece.x1 for piece in self.pieces])

    @property
    def size(self) -> float:
        return self.y1 - self.y0


Column = list[Line]


@dataclass(slots=True)
class TableRow:
    """A row's cells from left to right, with their columns and column spans. A row whose label is wrapped has several
    lines.
    """

    cells: list[Piece]
    lines: list[Line]
    is_header: bool = False
    columns: list[int] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)


def split_amounts(pieces: list[Piece]) -> list[Piece]:
    """Split pieces that consist of several amounts. Blanks that group the digits of one amount do not split it."""
    if not [True for piece in pieces if len(piece.words) > 1 and piece.text[0] in _FIRST and _APART.search(piece.text)]:
        return pieces
    found: list[Piece] = []
    for piece in pieces:
        rest = piece
        if not piece.is_number and all(is_number(word) for word in piece.text.split(" ")):
            while len(rest.words) > 1:
                first, rest = rest.split_at(1)
                found.append(first)
        found.append(rest)
    return found

"""Reads the words of one PDF page with their boxes, through pdfium's raw calls.

pdfium returns characters in the order of the file, and adds inferred blanks and line ends. Requesting a box for each
character would take as long as reading the page. Boxes are therefore requested only for the first and last character of
each word. If these suggest a gap inside the word, the boxes of all its characters are requested.
"""

import ctypes
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Address, Boxes, address_of, boxes_of, text_objects_of
from workers.parsing.pdf.fonts import styles_of

MAX_CHARS_A_PAGE = 400_000
_WORD = re.compile(r"\S+")
_LOST = re.compile(
    r"\b(?:a|bu|co|di|e|stu|su|tra)f(?= [a-z])"
    r"|\bof(?= (?:er(?:ed|ing|ings|s)?|ice[rs]?|icers|icials?|icially|set(?:s|ting)?|shore|load|line)\b)",
    re.IGNORECASE,
)
_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
_DROPPED = "\u200b\u200c\u200d\u2060\ufeff\uffff"
# Bullets of symbol fonts are in the private use area, at U+F000 plus their code in the font Symbol or Wingdings.
_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0a8": "□", "\uf0fe": "☒", "\uf06f": "□", "\uf0d8": "➢"}
_ODD = re.compile("[\u00ad\ufb00-\ufb06\u200b-\u200d\u2060\ufeff\uffff\uf000-\uf0ff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Beside:
    """Text that is printed beside the word `word`, and isn't part of the page's text. It is printed after the word; or
    `before` it, if it belongs to the words that follow.
    """

    word: int
    text: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class PageWords:
    """The n words of a page in the order of the file.

    `boxes` (n, 4) are in points of the displayed page. `turn` is the rotation of most words relative to the displayed
    page, in quarter turns clockwise. `turned` (n,) marks words with a different rotation.

    `sizes` (n,) are the words' type sizes in points: of one baseline and size, 0 if unknown. `baselines` (n,) are the
    baselines' distances from the top of the page as most words are read (see `lines.turned_back`). `bold` (n,) marks
    bold words. `marks` are the raised footnote marks, and `deleted` the words that are struck through. Neither is among
    the words.
    """

    texts: list[str]
    boxes: Boxes
    width: float
    height: float
    turn: int
    turned: npt.NDArray[np.bool_]
    sizes: npt.NDArray[np.float32]
    baselines: npt.NDArray[np.float32]
    bold: npt.NDArray[np.bool_]
    marks: tuple[Beside, ...] = ()
    deleted: tuple[Beside, ...] = ()


def read_page_words(page: pdfium.FPDF_PAGE, text_page: pdfium.FPDF_TEXTPAGE) -> PageWords:
    """Return the words of a page. The page and its text page must be loaded."""
    width = float(pdfium.FPDF_GetPageWidthF(page))
    height = float(pdfium.FPDF_GetPageHeightF(page))
    text = _read_chars(text_page)
    address = address_of(text_page)
    spans = np.array([match.span() for match in _WORD.finditer(text)], np.int32).reshape(-1, 2)
    first, last = boxes_of(address, spans[:, 0]), boxes_of(address, spans[:, 1] - 1)
    spans, first, last = _split_jumps(address, spans, first, last)
    first, last = to_display(page, first, width, height), to_display(page, last, width, height)
    boxes = np.concatenate([np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])], axis=1)
    # Omit words that are entirely outside the displayed page, because they are invisible.
    seen = (boxes[:, 2] > 0) & (boxes[:, 3] > 0) & (boxes[:, 0] < width) & (boxes[:, 1] < height)
    seen &= np.isfinite(boxes).all(axis=1)
    texts = [text[start:end] for start, end in spans.tolist()]
    if _ODD.search(text):
        texts = [normalise_word(word) for word in texts]
    seen &= np.array([bool(word) for word in texts], bool)
    if not seen.all():
        texts = [word for word, keep in zip(texts, seen.tolist(), strict=True) if keep]
        boxes, first, last, spans = boxes[seen], first[seen], last[seen], spans[seen]
    turns = _turns(first, last)
    turn = _most(turns)
    styles = styles_of(text_objects_of(address, spans[:, 0]))
    top, bottom = _upright(boxes, turn, width)
    return PageWords(
        texts=texts,
        boxes=boxes,
        width=width,
        height=height,
        turn=turn,
        turned=(turns >= 0) & (turns != turn),
        sizes=(bottom - top) / styles.heights,
        baselines=bottom - (bottom - top) * styles.descents / styles.heights,
        bold=styles.bold,
    )


def _upright(boxes: Boxes, turn: int, width: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the tops and bottoms of words on the page as most words are read, in points from the page's top."""
    if turn == 1:
        return width - boxes[:, 2], width - boxes[:, 0]
    if turn == 3:
        return boxes[:, 0], boxes[:, 2]
    return boxes[:, 1], boxes[:, 3]


def normalise_word(word: str) -> str:
    """Return a word in the form in which it is stored.

    Ligatures are expanded, soft hyphens and zero-width characters are removed, and lone surrogates are replaced. A soft
    hyphen at the end of a word is displayed (Unicode 16 §23.2), so it becomes a hyphen.
    """
    if word.isascii() or not _ODD.search(word):
        return word
    if word[-1] == "\u00ad":
        word = word[:-1] + "-"
    return _ODD.sub(_replacement, word)


def _replacement(match: re.Match[str]) -> str:
    char = match.group()
    if char in _LIGATURES:
        return _LIGATURES[char]
    if char == "\u00ad" or char in _DROPPED:
        return ""
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return _SYMBOLS.get(char, char)


def _read_chars(text_page: pdfium.FPDF_TEXTPAGE) -> str:
    """Return a text with one character for each pdfium index. Control characters become blanks."""
    count = min(int(pdfium.FPDFText_CountChars(text_page)), MAX_CHARS_A_PAGE)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = int(pdfium.FPDFText_GetText(text_page, 0, count, buffer))
    text = bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")
    if len(text) != count:
        # If a character has no Unicode value, pdfium omits it from the text, so later indexes would be wrong.
        get = pdfium.FPDFText_GetUnicode
        text = "".join(map(chr, (min(get(text_page, index), 0x10FFFF) for index in range(count))))
    return _with_lost_letters(text_page, clean_text(text))


def clean_text(text: str) -> str:
    """Replace control characters by blanks, and pdfium's hyphen marks by hyphens. The length does not change."""
    return text.translate(_CONTROLS)


def _with_lost_letters(text_page: pdfium.FPDF_TEXTPAGE, text: str) -> str:
    """Restore the second "f" of words such as "different" if pdfium dropped it as a copy of the first.

    Some programs print bold text by drawing each letter twice. pdfium therefore drops a letter that overlaps the same
    letter. It also drops the second "f" if kerning makes two "f" overlap, and infers a blank in its place. Neither
    width nor order distinguishes that blank from a real one, but "dif" and "icer" are not English words.
    """
    is_inferred = pdfium.FPDFText_IsGenerated
    lost = [match.end() for match in _LOST.finditer(text) if is_inferred(text_page, match.end()) == 1]
    if not lost:
        return text
    letters = list(text)
    for index in lost:
        letters[index] = "f"
    return "".join(letters)


# pdfium marks a hyphen at the end of a line with U+0002 or U+FFFE.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 161)), " ") | {0x2: "-", 0xFFFE: "-"}


def _split_jumps(
    text_page: Address, spans: npt.NDArray[np.int32], first: Boxes, last: Boxes
) -> tuple[npt.NDArray[np.int32], Boxes, Boxes]:
    """Split words that pdfium joined across a gap or a line end. The characters' positions show where to split."""
    size = np.maximum(np.abs(first[:, 1] - first[:, 3]), np.abs(first[:, 2] - first[:, 0])) + 0.1
    length = spans[:, 1] - spans[:, 0]
    across = np.abs(last[:, 0] - first[:, 0])
    along = np.abs(last[:, 3] - first[:, 3])
    odd = (length > 1) & ((np.minimum(across, along) > 0.6 * size) | (np.maximum(across, along) > 1.2 * size * length))
    if not odd.any():
        return spans, first, last
    pieces = [
        _pieces(text_page, span) if is_odd else span[np.newaxis]
        for span, is_odd in zip(spans, odd.tolist(), strict=True)
    ]
    cut = np.concatenate(pieces)
    return cut, boxes_of(text_page, cut[:, 0]), boxes_of(text_page, cut[:, 1] - 1)


def _pieces(text_page: Address, span: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    indexes = np.arange(span[0], span[1], dtype=np.int32)
    boxes = boxes_of(text_page, indexes)
    size = float(np.median(np.abs(boxes[:, 1] - boxes[:, 3]))) + 0.1
    steps = np.abs(np.diff(boxes[:, [0, 3]], axis=0))
    # `along` is the column of `steps` in which most characters advance; `off` is the other column.
    along, off = (0, 1) if np.median(steps[:, 0]) >= np.median(steps[:, 1]) else (1, 0)
    cuts = np.flatnonzero((steps[:, along] > 3 * size) | (steps[:, off] > 0.6 * size)) + 1
    edges = np.concatenate([[0], cuts, [len(indexes)]]) + span[0]
    return np.stack([edges[:-1], edges[1:]], axis=1).astype(np.int32)


def to_display(page: pdfium.FPDF_PAGE, boxes: Boxes, width: float, height: float) -> Boxes:
    """Convert boxes from page space (left, top, right, bottom; y up) to the displayed page (x0, y0, x1, y1; y down).

    The displayed page is the crop box inside the media box, rotated by /Rotate (ISO 32000-1 §8.3.2.3, §14.11.2).
    """
    frame = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(frame))
    left, right = boxes[:, 0] - frame.left, boxes[:, 2] - frame.left
    low, high = boxes[:, 3] - frame.bottom, boxes[:, 1] - frame.bottom
    rotation = int(pdfium.FPDFPage_GetRotation(page))
    if rotation == 1:
        x, y = (low, high), (left, right)
    elif rotation == 2:
        x, y = (width - left, width - right), (low, high)
    elif rotation == 3:
        x, y = (width - low, width - high), (height - left, height - right)
    else:
        x, y = (left, right), (height - low, height - high)
    return np.stack(
        [np.minimum(*x), np.minimum(*y), np.maximum(*x), np.maximum(*y)], axis=1, dtype=np.float32, casting="same_kind"
    )


def _turns(first: Boxes, last: Boxes) -> npt.NDArray[np.int8]:
    """Return each word's rotation on the displayed page, in quarter turns clockwise; -1 for a single character."""
    across = (last[:, 0] + last[:, 2] - first[:, 0] - first[:, 2]) / 2
    down = (last[:, 1] + last[:, 3] - first[:, 1] - first[:, 3]) / 2
    turns = np.where(np.abs(across) >= np.abs(down), np.where(across >= 0, 0, 2), np.where(down > 0, 1, 3))
    # A word that runs leftwards is in a right-to-left script; it is not rotated.
    turns = np.where(turns == 2, 0, turns)
    unknown = np.maximum(np.abs(across), np.abs(down)) < 0.5
    return np.where(unknown, -1, turns).astype(np.int8)


def _most(turns: npt.NDArray[np.int8]) -> int:
    known = turns[turns >= 0]
    return int(np.bincount(known, minlength=4).argmax()) if len(known) else 0

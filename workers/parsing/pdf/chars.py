"""Reads the words of one PDF page with their boxes, through pdfium's raw calls.

pdfium returns characters in the order of the file, and adds inferred blanks and line ends. Requesting a box for each
character would take as long as reading the page. Boxes are therefore requested only for the first and last character of
each word. If these suggest a gap inside the word, the boxes of all its characters are requested.
"""

import ctypes
import re
import sys

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Address, Boxes, address_of, boxes_of, text_objects_of
from workers.parsing.pdf.drawing import read_drawing
from workers.parsing.pdf.flow import join_lines
from workers.parsing.pdf.fonts import styles_of, styles_of_words
from workers.parsing.pdf.geometry import Frame, read_frame
from workers.parsing.pdf.paint import read_paint, split_mixed
from workers.parsing.pdf.painting import Painter
from workers.parsing.pdf.part_marks import collect_deleted, part_marks
from workers.parsing.pdf.strikes import ends_over, find_struck, horizontal_rules, split_crossed
from workers.parsing.pdf.visibility import PlacedWords, find_unseen
from workers.parsing.pdf.word_gaps import mend_words
from workers.parsing.pdf.words import Beside, CharReader, Mask, PageWords, WordDraft, measure

MAX_CHARS_A_PAGE = 400_000
_LAST_F = re.compile("f (?=[a-zA-Z])")
_LOST = re.compile(
    r"(?:.*\W)?(?:(?:a|bu|co|di|e|stu|su|tra)f [a-z].*"
    r"|of (?:er(?:ed|ing|ings|s)?|ice[rs]?|icers|icials?|icially|set(?:s|ting)?|shore|load|line)\b.*)",
    re.IGNORECASE | re.DOTALL,
)


def read_page_words(page: pdfium.FPDF_PAGE, text_page: pdfium.FPDF_TEXTPAGE, painter: Painter | None) -> PageWords:
    """Return the words of a page that a reader sees, or all words without a painter. The page must be loaded."""
    frame = read_frame(page)
    text, codes = _read_chars(text_page)
    address = address_of(text_page)
    draft = _place(address, mend_words(address, codes, _find_words(codes)), frame)
    firsts = text_objects_of(address, draft.spans[:, 0])
    paint = read_paint(address, draft.spans, firsts, _IS_FIGURE_END[codes[draft.spans[:, 1] - 1]])
    if len(mixed := paint.mixed()):
        draft = _place(address, split_mixed(address, draft.spans, mixed), frame)
        firsts = text_objects_of(address, draft.spans[:, 0])
        paint = read_paint(address, draft.spans, firsts, np.zeros(len(firsts), bool))
    turns = _turns(draft.first, draft.last)
    turn = _most(turns)
    straight = (turns < 0) | (turns == turn)
    measures = measure(draft.first, styles_of_words(paint.objects, paint.firsts), frame=frame, turn=turn)
    drawing = read_drawing(page, frame)
    last_chars = draft.spans[:, 1] - 1
    _, tops, _, bottoms = frame.to_upright(draft.boxes, turn)
    placed = PlacedWords(
        boxes=draft.boxes,
        first=draft.first,
        heights=np.where(straight & (measures.sizes > 0), bottoms - tops, 0),
        firsts=firsts,
        paint=paint,
        read_lasts=lambda indexes: text_objects_of(address, last_chars[indexes]),
    )
    # OCR guesses the sizes of words.
    measures.sizes[paint.any_end(paint.unpainted)] = 0
    unseen = find_unseen(page, placed, drawing, frame, painter) if painter else None
    if unseen is not None:
        draft, measures, straight = draft.kept(~unseen), measures.kept(~unseen), straight[~unseen]
    chars = CharReader(text, codes, address, frame, turn)
    measures.lefts, _, measures.rights, _ = frame.to_upright(draft.boxes, turn)
    lines = horizontal_rules(drawing, frame, turn)
    struck = find_struck(measures, straight, lines)
    if (cut := split_crossed(draft.spans, measures, straight, lines, chars)) is not None:
        parts = _place(address, cut, frame)
        turns = _turns(parts.first, parts.last)
        are_straight = (turns < 0) | (turns == turn)
        sizes = measure(parts.first, styles_of(text_objects_of(address, parts.spans[:, 0])), frame=frame, turn=turn)
        sizes.lefts, _, sizes.rights, _ = frame.to_upright(parts.boxes, turn)
        struck_parts = find_struck(sizes, are_straight, lines)
        if struck_parts is not None:
            draft, measures, straight, struck = parts, sizes, are_straight, struck_parts
    deleted: list[Beside] = []
    ends = None
    if struck is not None:
        deleted, ends = collect_deleted(chars, draft.spans, struck), ends_over(measures, struck)
        draft, measures, straight = draft.kept(~struck), measures.kept(~struck), straight[~struck]
    rules = drawing.boxes[drawing.thin_paths]
    return part_marks(draft, measures, straight, chars, rules=rules, deleted=deleted, ends=ends)


def _place(address: Address, spans: npt.NDArray[np.int32], frame: Frame) -> WordDraft:
    """Return the words with their boxes, without those outside the page."""
    ends = _boxes_of_ends(address, spans)
    cut = _split_jumps(address, spans, ends[: len(spans)], ends[len(spans) :])
    if cut is not spans:
        spans, ends = cut, _boxes_of_ends(address, cut)
    ends = frame.to_display(ends)
    draft = WordDraft.of(spans, ends[: len(spans)], ends[len(spans) :])
    return draft.kept(_is_on_page(draft.boxes, frame))


def _boxes_of_ends(address: Address, spans: npt.NDArray[np.int32]) -> Boxes:
    """Return the boxes of the words' first characters, and then those of their last."""
    return boxes_of(address, np.concatenate([spans[:, 0], spans[:, 1] - 1]))


def _is_on_page(boxes: Boxes, frame: Frame) -> Mask:
    """Return which boxes are at least partly on the displayed page. Words outside it are invisible."""
    on_page = (boxes[:, 2] > 0) & (boxes[:, 3] > 0) & (boxes[:, 0] < frame.width) & (boxes[:, 1] < frame.height)
    return on_page & np.isfinite(boxes).all(axis=1)


def _read_chars(text_page: pdfium.FPDF_TEXTPAGE) -> tuple[str, npt.NDArray[np.uint32]]:
    """Return a text with one character for each pdfium index, and its codes. Control characters become blanks."""
    count = min(int(pdfium.FPDFText_CountChars(text_page)), MAX_CHARS_A_PAGE)
    if count <= 0:
        return "", _codes("")
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = int(pdfium.FPDFText_GetText(text_page, 0, count, buffer))
    text = bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")
    if len(text) != count:
        # If a character has no Unicode value, pdfium omits it from the text, so later indexes would be wrong.
        get = pdfium.FPDFText_GetUnicode
        text = "".join(map(chr, (min(get(text_page, index), 0x10FFFF) for index in range(count))))
    codes = _CLEAN[_codes(join_lines(text_page, address_of(text_page), text))]
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    for index in _find_lost_letters(text_page, text):
        codes[index] = ord("f")
        text = f"{text[:index]}f{text[index + 1 :]}"
    return text, codes


def clean_text(text: str) -> str:
    """Replace control characters by blanks, and pdfium's hyphen marks by hyphens. The length does not change."""
    return _CLEAN[_codes(text)].tobytes().decode("utf-32-le", "surrogatepass")


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _find_words(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    """Return the (start, end) of each sequence of characters without white space."""
    blank = np.ones(len(codes) + 2, bool)
    blank[1:-1] = _IS_SPACE[codes]
    # A change to a character that is no white space is followed by a change back.
    return np.flatnonzero(blank[1:] != blank[:-1]).astype(np.int32).reshape(-1, 2)


def _find_lost_letters(text_page: pdfium.FPDF_TEXTPAGE, text: str) -> list[int]:
    """Return where the second "f" of words such as "different" is lost, because pdfium dropped it as a copy of the
    first.

    Some programs print bold text by drawing each letter twice. pdfium therefore drops a letter that overlaps the same
    letter. It also drops the second "f" if kerning makes two "f" overlap, and infers a blank in its place. Neither
    width nor order distinguishes that blank from a real one, but "dif" and "icer" are not English words.
    """
    blanks = [match.end() - 1 for match in _LAST_F.finditer(text)]
    is_inferred = pdfium.FPDFText_IsGenerated
    return [
        blank
        for blank in blanks
        if _LOST.fullmatch(text[max(0, blank - 5) : blank + 12]) and is_inferred(text_page, blank) == 1
    ]


def _clean_codes() -> npt.NDArray[np.uint32]:
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    codes[:32] = codes[127:161] = ord(" ")
    # pdfium marks a hyphen at the end of a line with U+0002 or U+FFFE.
    codes[[0x2, 0xFFFE]] = ord("-")
    return codes


_CLEAN = _clean_codes()
_IS_FIGURE_END = np.zeros(sys.maxunicode + 1, bool)
_IS_FIGURE_END[_codes("0123456789)%")] = True
_IS_SPACE = np.zeros(sys.maxunicode + 1, bool)
_IS_SPACE[[code for code in range(0x3001) if chr(code).isspace()]] = True
"""U+3000 is the last character of white space in Unicode 16."""


def _split_jumps(text_page: Address, spans: npt.NDArray[np.int32], first: Boxes, last: Boxes) -> npt.NDArray[np.int32]:
    """Split words that pdfium joined across a gap or a line end. The characters' positions show where to split."""
    size = np.maximum(np.abs(first[:, 1] - first[:, 3]), np.abs(first[:, 2] - first[:, 0])) + 0.1
    length = spans[:, 1] - spans[:, 0]
    across = np.abs(last[:, 0] - first[:, 0])
    along = np.abs(last[:, 3] - first[:, 3])
    odd = (length > 1) & ((np.minimum(across, along) > 0.6 * size) | (np.maximum(across, along) > 1.2 * size * length))
    if not odd.any():
        return spans
    pieces = [
        _pieces(text_page, span) if is_odd else span[np.newaxis]
        for span, is_odd in zip(spans, odd.tolist(), strict=True)
    ]
    return np.concatenate(pieces)


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

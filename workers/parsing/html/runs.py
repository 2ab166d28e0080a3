"""Turns the pieces of a line into its text, with footnote marks and deleted text beside it.

A raised piece is a mark if it has the form of one ("1", "(a)", "*"). Ordinals, exponents of units, fractions and
trademarks stay in the text, because they belong to it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter

from workers.parsing.flow import FlowText
from workers.parsing.html.styles import Style

LINE_BREAK = "\ufdd0"
BLOCK_EDGE = "\ufdd1"
_NOTE = "\ufdd2"
FIGURE = "\ufdd3"
"""Noncharacters (Unicode 23.7), which `clean_text` removes from files. They stand for line ends, for notes, and for the
beginning of tagged figures.
"""

SPACE = re.compile(r"[ \t\n\r\xa0\u2000-\u200a\u202f\u205f\u3000]+")
_FORM = re.compile(r"[\[(]?(?:\d{1,2}|[A-Za-z]{1,2}|[ivx]{1,4}|[*†‡§¶#^+]{1,4})[\])]?\.?")
_BETWEEN_MARKS = re.compile(r"[\s,;&]+(?:and\s+)?|(?<=[\])])(?=[\[(])")
_MARK = re.compile(r"[\[(][^\])]*[\])]|[*†‡§¶#^+]+|\w+")
_LINKED_MARK = re.compile(r"[\[(](?:\d{1,2}|[A-Za-z])[\])]|[*†‡§¶]{1,3}")
_RAISED = "\u2070-\u207f\u00b9\u00b2\u00b3\u1d43\u1d47\u1d48\u1d49\u1d9c"
_UNSEEN = "\u00ad\u200b\u200c\u2060\ufdd0-\ufdef\ufeff"
"""Characters without width. A file can also write them as references (`&#8203;`), which `clean_text` does not see."""

_RAISED_DIGITS = re.compile(f"[{_RAISED}]+")
_UNSEEN_CHARACTERS = re.compile(f"[{_UNSEEN}]")
_PLACES = re.compile(f"([{_NOTE}{FIGURE}])")
_RARE = re.compile(f"[{_RAISED}{_UNSEEN}]")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵃᵇᶜᵈᵉ", "0123456789+-=()nabcde")
_SMALL_DIGITS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_UNIT = re.compile(r"(?<![A-Za-z])(?:[mkc]?m|ft|feet|in|yd|mi|sq|dm)\Z")
_POWER = re.compile(r"(?:^|[\s(×x·*])10\Z")
_TRADE = {"TM": "™", "SM": "℠"}
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_MOST_MARK = 24

Piece = tuple[str, Style | None, float]
"""A text, its style, and the indent of its block. LINE_BREAK and BLOCK_EDGE are pieces without a style. So is FIGURE,
with the number of the figure instead of an indent.
"""


def split_lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the lines of a block. Only `br` makes empty lines; those at the end are left out.

    The beginning of a figure stands right before the text that follows it.
    """
    line: list[Piece] = []
    held: list[list[Piece]] = []
    figures: list[Piece] = []
    for piece in pieces:
        if piece[1] is not None:
            if figures:
                line.extend(figures)
                figures = []
            line.append(piece)
        elif piece[0] == FIGURE:
            figures.append(piece)
        elif piece[0] == LINE_BREAK or line:
            held.append(line)
            line = []
    held.append(line)
    while held and not any(style is not None and text.strip() for text, style, _ in held[-1]):
        held.pop()
    yield from held


def compose(pieces: Sequence[Piece]) -> FlowText:
    """Return the text of one line."""
    if all(style is None or style.plain for _, style, _ in pieces):
        text = pieces[0][0] if len(pieces) == 1 else "".join([piece[0] for piece in pieces])
        if not _RARE.search(text):
            return FlowText(SPACE.sub(" ", text).strip())
        figures = _figures_of(pieces)
        after = text[len(figures) :]
        if figures and not _RARE.search(after):  # all figures begin the text, as in most cells
            return FlowText(SPACE.sub(" ", after).strip(), figures=tuple([(0, number) for number in figures]))
        text = "".join([_visible(piece) for piece in pieces])
        return _with_notes(*(_unicode_marks(text, []) if _RAISED_DIGITS.search(text) else (text, [])), figures)
    merged, figures = _merged(pieces)
    out: list[str] = []
    notes: list[tuple[str, bool]] = []
    for index, (text, kind) in enumerate(merged):
        before = "".join(out[-3:]).replace(FIGURE, "")
        after = merged[index + 1][0].replace(FIGURE, "") if index + 1 < len(merged) else ""
        if kind == "struck":
            _strike(text, out, notes, after)
        elif kind == "raised":
            _raise(text, before, after, out, notes)
        elif _is_linked_mark(text.strip(), kind) and (before.strip() or len(merged) == 1):
            _note(text, text.strip(), out, notes)
        else:
            out.append(text)
    text = "".join(out)
    if _RAISED_DIGITS.search(text):
        text, notes = _unicode_marks(text, notes)
    return _with_notes(text, notes, figures)


def _visible(piece: Piece) -> str:
    text, style, _ = piece
    return text if style is None else _UNSEEN_CHARACTERS.sub("", text)


def _figures_of(pieces: Sequence[Piece]) -> list[int]:
    return [int(number) for text, style, number in pieces if style is None and text == FIGURE]


def _merged(pieces: Sequence[Piece]) -> tuple[list[tuple[str, str]], list[int]]:
    """Join neighbours of one kind, and leave out what can't be seen. Spaces are kept, whatever they look like.

    Return the numbers of the figures, too. One that begins within marks or deleted text has no place.
    """
    kinds: list[tuple[str, str]] = []
    figures: list[int] = []
    waiting: list[int] = []
    for written, style, number in pieces:
        if style is None:
            waiting.append(int(number))
            continue
        text = _UNSEEN_CHARACTERS.sub("", written) if _RARE.search(written) else written
        blank = not text.strip()
        if not style.seen and not blank:
            continue
        kind = _kind(style)
        if blank and kind != "struck" and kinds and kinds[-1][0] != "struck":
            kind = kinds[-1][0]
        if waiting and "text" in (kind, kinds[-1][0] if kinds else ""):
            kinds.append(("text", FIGURE * len(waiting)))
            figures.extend(waiting)
        waiting = []
        kinds.append((kind, text))
    groups = groupby(kinds, key=itemgetter(0))
    return [("".join([text for _, text in group]), kind) for kind, group in groups], figures


def _kind(style: Style) -> str:
    if style.struck:
        return "struck"
    if style.raised:
        return "raised"
    return ("small" if style.small else "linked") if style.linked else "text"


def _strike(text: str, out: list[str], notes: list[tuple[str, bool]], after: str) -> None:
    struck = SPACE.sub(" ", text).strip()
    if struck:
        out.append(_NOTE)
        notes.append((struck, True))
    # A deleted word takes one of its two spaces with it. The other one still parts its neighbours.
    if text != text.strip() and (not after or after[0].isalnum() or after[0] in "($€£¥“\"'‘[" or not after.strip()):
        out.append(" ")


def _raise(text: str, before: str, after: str, out: list[str], notes: list[tuple[str, bool]]) -> None:
    """Add a raised text: as a mark, or as part of the text."""
    bare = text.strip()
    tail = before.rstrip()[-12:]
    if bare in _TRADE:
        out.append(text.replace(bare, _TRADE[bare]))
    elif bare.isdigit() and after.lstrip()[:1] in ("/", "⁄") and after.strip():
        out.append((" " if tail[-1:].isdigit() else "") + text)  # a fraction: 4 1/2
    elif _is_exponent(bare, tail):
        out.append(text.translate(_SMALL_DIGITS))
    elif (bare in _ORDINALS and tail[-1:].isdigit()) or not _are_marks(bare):
        out.append(text)
    else:
        _note(text, bare, out, notes)
        if tail[-1:].isalnum() and after[:1].isalnum() and text == bare:
            out.append(" ")


def _are_marks(text: str) -> bool:
    """Return whether a text has the form of one or more footnote marks: "1", "(a)", "(1)(2)", "1, 2 and *"."""
    return len(text) <= _MOST_MARK and all(map(_FORM.fullmatch, _BETWEEN_MARKS.split(text)))


def _is_exponent(raised: str, before: str) -> bool:
    """Return whether a raised text is the exponent of a unit of length ("m²") or of ten ("× 10⁶")."""
    if raised in ("2", "3") and _UNIT.search(before):
        return True
    return re.fullmatch(r"[-−]?\d{1,3}", raised) is not None and _POWER.search(before) is not None


def _is_linked_mark(text: str, kind: str) -> bool:
    """Return whether a link to another place in the file is a footnote mark: "(1)", or a small "1"."""
    if kind == "small":
        return _are_marks(text)
    return kind == "linked" and _LINKED_MARK.fullmatch(text) is not None


def _note(text: str, bare: str, out: list[str], notes: list[tuple[str, bool]]) -> None:
    if text != text.lstrip():
        out.append(" ")
    for mark in _MARK.findall(bare):
        out.append(_NOTE)
        notes.append((mark, False))
    if text != text.rstrip():
        out.append(" ")


def _unicode_marks(text: str, notes: list[tuple[str, bool]]) -> tuple[str, list[tuple[str, bool]]]:
    """Take raised characters (Unicode superscripts) out of a text as marks, but not exponents."""
    out: list[str] = []
    found: list[tuple[str, bool]] = []
    waiting = iter(notes)
    end = 0
    for match in _RAISED_DIGITS.finditer(text):
        before = text[end : match.start()]
        found.extend(islice(waiting, before.count(_NOTE)))
        out.append(before)
        plain = match.group().translate(_PLAIN_DIGITS)
        tail = text[max(0, match.start() - 12) : match.start()]
        is_fraction = text[match.end() : match.end() + 1] in ("/", "⁄")
        if is_fraction or _POWER.search(tail) or (plain in ("2", "3") and _UNIT.search(tail)) or not _are_marks(plain):
            out.append(match.group())
        else:
            for mark in _MARK.findall(plain):
                out.append(_NOTE)
                found.append((mark, False))
        end = match.end()
    out.append(text[end:])
    found.extend(waiting)
    return "".join(out), found


def _with_notes(text: str, notes: Sequence[tuple[str, bool]], numbers: Sequence[int]) -> FlowText:
    """Collapse the text's spaces, and find the offsets of its notes and of its figures, which have these numbers."""
    if not notes and not numbers:
        return FlowText(SPACE.sub(" ", text).strip())
    marks: list[tuple[int, str]] = []
    deleted: list[tuple[int, str]] = []
    figures: list[tuple[int, int]] = []
    parts: list[str] = []
    length = 0
    ends_blank = True
    next_note, next_number = iter(notes), iter(numbers)
    for chunk in _PLACES.split(text):
        if chunk == _NOTE:
            note, is_struck = next(next_note)
            (deleted if is_struck else marks).append((length, note))
            continue
        if chunk == FIGURE:
            figures.append((length, next(next_number)))
            continue
        plain = SPACE.sub(" ", chunk)
        if ends_blank:
            plain = plain.lstrip(" ")
        if plain:
            parts.append(plain)
            length += len(plain)
            ends_blank = plain.endswith(" ")
    out = "".join(parts).rstrip(" ")
    return FlowText(out, _clamped(marks, len(out)), _clamped(deleted, len(out)), tuple(figures))


def _clamped(notes: list[tuple[int, str]], length: int) -> tuple[tuple[int, str], ...]:
    return tuple((min(offset, length), note) for offset, note in notes)

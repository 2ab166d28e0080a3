"""Footnote marks at the end of a cell's text: "1,234(1)", "1,234 (a)", "81,234²", "12*"."""

import re
from collections.abc import Collection

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁽⁾"
_LEVEL = str.maketrans(_RAISED, "0123456789abcdefghijklmnoprstuvwxyz()")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SYMBOLS = r"\*{1,6}|[†‡§¶#^]{1,3}"
_ROMAN = r"(?:x{0,2}(?:ix|iv|v?i{1,3}|v|x))"
_LETTER = rf"(?:[a-z]{{1,2}}|[A-Z]|{_ROMAN})"
_ONE = rf"(?:[0-9]{{1,2}}|{_LETTER}|{_SYMBOLS})"
_BRACKETED = rf"\({_ONE}(?:\s?[,;/&]\s?{_ONE}){{0,4}}\)|\[{_ONE}(?:\s?,\s?{_ONE}){{0,4}}\]"
_IN_PROSE = re.compile(rf"[{_RAISED}{_CIRCLED}]+|(?<=[\w%)])(?:\((?:[0-9]{{1,2}}(?:,\s?[0-9]{{1,2}}){{0,4}}|[a-z])\))+")
_LAST = re.compile(
    rf"(?P<space>\s?)(?P<mark>{_SYMBOLS}|[{_RAISED}]+(?:[⸴,][{_RAISED}]+)*|[{_CIRCLED}]|{_BRACKETED}),?\Z"
)
_LAST_CHARACTERS = tuple(f")],*†‡§¶#^{_RAISED}{_CIRCLED}")
_UNITS = re.compile(r"(?:^|[^A-Za-z])(?:k|c|m|d)?m[²³]\Z|(?:^|[^A-Za-z])(?:ft|in|yd|mi|sq)[²³]\Z")
_ENDS_FIGURE = re.compile(r"[0-9)%x$€£¥₹—–\-][ \u00a0]*\Z")
_YEAR = re.compile(r"(?:\A|[^0-9,.])(?:19|20)[0-9]{2}[AEFP]?\Z")
_BRACKETED_DIGITS = re.compile(r"\([0-9]{1,2}\)")
_MARK_OF_LABEL = re.compile(rf"[0-9 ,;]+|{_ROMAN}")
_SPACED_DIGIT = re.compile(r"\([1-9]\)")
_LARGE = re.compile(r"[0-9][,.'][0-9]+\)?\Z|[%x]\)?\Z")
_MOST = 8
_TAIL = 24


def split_marks(text: str, known: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Split the footnote marks off the end of a cell's text: (text without marks, marks).

    Raised digits become plain ("²" → "2"), and the other marks stay as printed ("(1)", "*"). A bracket is a mark only
    behind something: "(1)" alone is the figure minus one. Digits in brackets after a figure and a space may be a second
    figure ("12 (5)"): they are a mark if `known` contains them or if the first figure is a year, a percentage, or has
    separators, and the digits are only one. `known` are the marks of the table's footnotes, or
    their keys.
    """
    marks: list[str] = []
    rest = text.rstrip()
    if not rest.endswith(_LAST_CHARACTERS):
        return text, ()
    while len(marks) < _MOST:
        found = _LAST.search(rest, max(0, len(rest) - _TAIL))
        if found is None:
            break
        before = rest[: found.start()].rstrip()
        if not _is_mark(before, found, known):
            break
        marks.append(_mark_text(found["mark"]))
        rest = before.removesuffix(",")
    return (rest, tuple(reversed(marks))) if marks else (text, ())


def without_marks(text: str) -> str:
    """Remove the footnote marks from prose: raised ones, and brackets without a space before ("2023(1)")."""
    return text if text.isascii() and "(" not in text else _IN_PROSE.sub("", text)


def mark_key(mark: str) -> str:
    """Return what marks and footnotes have in common: "(1)", "1." and "¹" have "1"."""
    return mark.translate(_LEVEL).strip("()[].: ").casefold()


def _mark_text(mark: str) -> str:
    if mark in _CIRCLED:
        return str(_CIRCLED.index(mark) + 1)
    return mark.translate(_LEVEL)


def _is_mark(before: str, found: re.Match[str], known: Collection[str]) -> bool:
    mark = found["mark"]
    if not before or not (before[-1] in "—–-" or any(map(str.isalnum, before))):
        return False
    if mark[0] in _RAISED:
        return _UNITS.search(before[-4:] + mark) is None
    if mark[0] not in "([":
        return mark[0] not in "#^" or before[-1].isdigit()
    is_known = mark in known or mark_key(mark) in known
    if not _ENDS_FIGURE.search(before):  # a label or a heading
        return len(mark) == len("(a)") or _MARK_OF_LABEL.fullmatch(mark[1:-1]) is not None or is_known
    return is_known or not _may_be_second_figure(before, found)


def _may_be_second_figure(before: str, found: re.Match[str]) -> bool:
    """Return whether a bracket may be a figure of its own: "4 $(5)", "12 (5)", "(3)(4)", but not "1,234 (1)"."""
    mark = found["mark"]
    if not any(map(str.isdigit, mark)):
        return False
    if before[-1] == "$" or _BRACKETED_DIGITS.fullmatch(before):
        return True
    is_short = _SPACED_DIGIT.fullmatch(mark) is not None and _LARGE.search(before) is not None
    return bool(found["space"]) and not is_short and _YEAR.search(before) is None

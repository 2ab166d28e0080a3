"""Styles of printed numbers: the decimal mark, and what separates thousands. Decided for a whole table or document."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.quantities.characters import plain_characters


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a table or document prints numbers.

    `decimal` is "." or ","; the other one separates thousands, and so do apostrophes. `spaces` states that spaces
    separate thousands, too. `nil_dashes` are the dashes that stand for nil: such a dash and a space before a number are
    no sign. `arrows` states that "▲" and "▼" print a rise and a fall; otherwise "▲" is a minus sign.
    """

    decimal: str = "."
    spaces: bool = False
    nil_dashes: str = ""
    arrows: bool = False


ENGLISH = NumberStyle()

_NUMBER_LIKE = r"(?:(?<![A-Za-z0-9.,])[.,])?[0-9](?:[.,']?[0-9])*"
_SPACED_NUMBER_LIKE = r"(?:(?<![A-Za-z0-9.,])[.,])?[0-9](?:[.,' ]?[0-9])*"
_TOKENS = {False: re.compile(rf"({_NUMBER_LIKE})"), True: re.compile(rf"({_SPACED_NUMBER_LIKE})")}


def _numbers(decimal: str, group: str, spaces: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    indian = r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if group == "," else ""
    return re.compile(
        rf"(?:[1-9][0-9]{{0,2}}(?:(?:{re.escape(group)}[0-9]{{3}})+|(?:'[0-9]{{3}})+{spaces}){indian}|0|[1-9][0-9]*)"
        rf"(?:{point}[0-9]+)?|{point}[0-9]+"
    )


_NUMBERS = {
    (decimal, spaces): _numbers(decimal, group, "|(?: [0-9]{3})+" if spaces else "")
    for decimal, group in ((".", ","), (",", "."))
    for spaces in (False, True)
}
_SEPARATORS = {".": str.maketrans("", "", ",' "), ",": str.maketrans(",", ".", ".' ")}


def split_numbers(text: str, style: NumberStyle) -> list[str]:
    """Split a text with plain characters at its numbers: text, number, text, number, …, text."""
    return _TOKENS[style.spaces].split(text)


def parse_number(digits: str, style: NumberStyle) -> Decimal | None:
    """Parse an unsigned number of the style; returns None for a number that is impossible in the style."""
    if digits.isdecimal() and (digits[0] != "0" or digits == "0"):
        return Decimal(digits)
    if _NUMBERS[style.decimal, style.spaces].fullmatch(digits) is None:
        return None
    return Decimal(digits.translate(_SEPARATORS[style.decimal]))


_LONGEST = 80
# The number of a text that is a figure. A date ("31.12.2024", "July 1,2023") is none.
_FIGURE = re.compile(r"[^0-9]{0,24}?((?<![A-Za-z0-9])[.,]?[0-9](?:[.,' ]?[0-9])*)(?![.,]?[0-9])[^0-9]{0,24}")
# One or two digits after a group may be a mark that an extraction of text has glued on: "1,2342" decides nothing.
_POINT = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
    r"|[0-9]{1,3}(?:['\x20][0-9]{3})+\.[0-9]+|(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{6,})|(?:0?|[0-9]{4,})\.[0-9]+)"
)
_COMMA = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
    r"|[0-9]{1,3}(?:['\x20][0-9]{3})+,[0-9]+|(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{6,})|(?:0?|[0-9]{4,}),[0-9]+)"
)
_EITHER = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}")
_YEAR_AFTER_DAY = re.compile(r"[0-9]{1,2},(?:19|20)[0-9]{2}")
_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_SURELY_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})*? (?:0[0-9]{2}|[0-9]{3} [0-9]{3})(?: [0-9]{3})*(?:[.,][0-9]+)?")
_GROUPED_OTHERWISE = re.compile(r"[0-9]{1,3}(?:[,.'][0-9]{3})+(?:[,.][0-9]+)?|[0-9]{5,}(?:[,.][0-9]+)?")
_NARROW = re.compile("[0-9][\u00a0\u2007\u2009\u202f][0-9]{3}(?![0-9])")
_LIST_OF_NOTES = re.compile(r"[1-9][0-9]?,[1-9][0-9]?")
_SURE = 4
_OVERRULING = 3
_GROUP = 3


class _Votes:
    """Counts what figures say about the style."""

    def __init__(self) -> None:
        self.sure_commas = self.sure_points = self.commas = self.points = self.lists = 0
        self.spaced = self.short_first = self.surely_spaced = self.unspaced = 0
        self.dashes: set[str] = set()
        self.arrows = False

    def add(self, text: str) -> None:
        plain = plain_characters(text)
        if len(plain) <= 4 and (dash := plain.strip("$€£%( )")) in ("–", "—"):
            self.dashes.add(dash)
        self.arrows = self.arrows or "▼" in plain or "▽" in plain
        found = _FIGURE.fullmatch(plain)
        if found is not None and _YEAR_AFTER_DAY.fullmatch(found[1]) is None:
            self._add_decimal(found[1], is_bare=found[1] == plain)
            self._add_spaces(found[1], _NARROW.search(text) is not None)

    def _add_decimal(self, digits: str, *, is_bare: bool) -> None:
        if _POINT.fullmatch(digits):
            self.sure_points += 1
        elif is_bare and _LIST_OF_NOTES.fullmatch(digits):
            self.lists += 1
        elif _COMMA.fullmatch(digits):
            self.sure_commas += 1
        elif _EITHER.fullmatch(digits):
            self.commas += "," in digits
            self.points += "." in digits

    def _add_spaces(self, digits: str, is_narrow: bool) -> None:
        if " " not in digits:
            self.unspaced += _GROUPED_OTHERWISE.fullmatch(digits) is not None and _EITHER.fullmatch(digits) is None
        elif _SPACED.fullmatch(digits):
            self.spaced += 1
            self.short_first += digits.index(" ") < _GROUP
            self.surely_spaced += is_narrow or _SURELY_SPACED.fullmatch(digits) is not None
        else:
            self.unspaced += 1

    def decimal(self, default: str, needed: int) -> str:
        """Return the decimal mark. The one that is not the default needs so many figures that have no other reading."""
        for_comma = _SURE * self.sure_commas + self.points + self.lists
        for_point = _SURE * self.sure_points + self.commas
        sure_commas = self.sure_commas + (self.points if self.lists else 0)
        if sure_commas >= (needed if default == "." else 1) and for_comma >= 2 * for_point:
            return ","
        if self.sure_points >= (needed if default == "," else 1) and for_point >= 2 * for_comma:
            return "."
        return default

    def has_spaces(self, default: bool) -> bool:
        """Return whether spaces separate thousands. "1 234" may be two glued figures; but not so again and again."""
        if self.surely_spaced > self.unspaced or (self.short_first >= _OVERRULING and not self.unspaced):
            return True
        return default and self.unspaced <= self.spaced


def decide_style(texts: Iterable[str], document: NumberStyle | None = None) -> NumberStyle:
    """Decide the style of a document, or of a table of a document with that style, from all cells' texts together.

    Figures with only one reading decide ("1.234.567", "2,5 %"); so do "1.234" and "2,35" together. A figure with two
    readings ("1.234", or "4,12", which may be a list of two notes) counts a quarter as much, for thousands or for the
    decimal comma. A side wins with twice the other's weight. In a table, it takes three figures to overrule the
    document. Where nothing decides, the document's style holds, or the English one. Spaces separate thousands if some
    figure has no other reading ("1 034") and no more figures contradict ("1,234,567", "123456").
    """
    votes = _Votes()
    for text in texts:
        if len(text) <= _LONGEST:
            votes.add(text)
    default = document or ENGLISH
    return NumberStyle(
        decimal=votes.decimal(default.decimal, 1 if document is None else _OVERRULING),
        spaces=votes.has_spaces(default.spaces),
        nil_dashes="".join(sorted(votes.dashes)) or default.nil_dashes,
        arrows=votes.arrows,
    )

"""Line items: their labels on each statement, and the conversion of shown figures to values.

Names follow the US GAAP financial reporting taxonomy (FASB). Labels follow its standard labels, Regulation S-X
(17 CFR 210.5-02, 5-03) and ASC 230. Values follow the taxonomy's balance types: an expense or a payment is positive,
whether or not the statement puts it in brackets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    MONEY = "money"
    SHARES = "shares"
    PER_SHARE = "per-share"


class Shown(StrEnum):
    """How a statement shows an item's value.

    `AS_IS`: the value is the figure, negated if the label names only a loss. `INCOME`, `EXPENSE`: the item is an income
    or expense, and the label decides the figure's sign. `OUTFLOW`: the value is the negated figure (a payment, an
    increase in an asset). `DEDUCTION`: the value is positive, with or without brackets.
    """

    AS_IS = "as-is"
    INCOME = "income"
    EXPENSE = "expense"
    OUTFLOW = "outflow"
    DEDUCTION = "deduction"


class Section(StrEnum):
    """Sections of statements. The same label means different items in different sections."""

    CURRENT_ASSETS = "current-assets"
    OTHER_ASSETS = "other-assets"
    CURRENT_LIABILITIES = "current-liabilities"
    OTHER_LIABILITIES = "other-liabilities"
    OPERATING = "operating"
    INVESTING = "investing"
    FINANCING = "financing"
    SUPPLEMENT = "supplement"


class Edge(StrEnum):
    """The beginning or end of a statement's period, as an instant."""

    BEGINNING = "beginning"
    END = "end"


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item. `pattern` matches the whole label, normalised by `plain_label`.

    `section` restricts the item to one section. `edge` is set if the item's value is at the beginning or end of the
    statement's period.
    """

    name: str
    pattern: str
    shown: Shown = Shown.AS_IS
    measure: Measure = Measure.MONEY
    section: Section | None = None
    edge: Edge | None = None


class LineItems:
    """Finds the items of one statement by label. Immutable and thread-safe."""

    def __init__(self, items: Sequence[LineItem]) -> None:
        self._items = tuple((item, re.compile(item.pattern)) for item in items)

    def find(self, label: str, section: Section | None) -> LineItem | None:
        """Return the first item that matches the label, or the label's part after a group name ("Current assets:
        Cash").
        """
        for name in (label, label.rpartition(":")[2]):
            plain = plain_label(name)
            for item, pattern in self._items:
                if item.section in (None, section) and pattern.fullmatch(plain):
                    return item
        return None


_LONGEST_LABEL = 500  # longer labels are prose
_NOTE = re.compile(r"\((?:see\s+)?notes?\s[^)]*\)|\((?:\d{1,2}|[a-z])\)|\bnotes?\s\d+[a-z]?$")
_ALTERNATIVE = re.compile(r"\s*/?\s*\([^)]*\)\s*/?\s*")
_OWN_UNITS = re.compile(r"\((?:in|shares|dollars)\b[^)]*\)|,? in (?:thousands|millions|shares)\b")


def plain_label(label: str) -> str:
    """Normalise a label: lower case, without notes, units and bracketed alternatives ("income (loss)")."""
    text = label[:_LONGEST_LABEL].casefold().replace("’", "'").replace("&", " and ")
    # Collapse white space first: the following patterns take cubic time on long runs of it.
    text = " ".join(re.sub(r"[–—−]", "-", text).split())
    text = _OWN_UNITS.sub(" ", _NOTE.sub(" ", text))
    text = _ALTERNATIVE.sub(" ", text)
    text = re.sub(r"^(?:less|add|plus):?\s+", "", " ".join(text.split()))
    return re.sub(r"\s+([,:])", r"\1", text).strip(" ,:;.*-")

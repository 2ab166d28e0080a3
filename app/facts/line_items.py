"""Line items: by which labels they go on which statement, and how what is shown becomes a value.

Names are those of the US GAAP financial reporting taxonomy (FASB), labels its standard labels and the wording of
Regulation S-X (17 CFR 210.5-02, 5-03) and ASC 230. Values follow the taxonomy's balance types: an expense or a payment
is positive, whether a statement puts it in brackets or not.
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
    """How a figure on a statement stands to the item's value.

    `INCOME`, `EXPENSE`: by which of the two the label speaks of; `OUTFLOW`: its negative (a payment, the growth of an
    asset); `DEDUCTION`: positive, in brackets or not.
    """

    AS_IS = "as-is"
    INCOME = "income"
    EXPENSE = "expense"
    OUTFLOW = "outflow"
    DEDUCTION = "deduction"


class Section(StrEnum):
    """Parts of statements in which the same label means different items."""

    CURRENT_ASSETS = "current-assets"
    OTHER_ASSETS = "other-assets"
    CURRENT_LIABILITIES = "current-liabilities"
    OTHER_LIABILITIES = "other-liabilities"
    OPERATING = "operating"
    INVESTING = "investing"
    FINANCING = "financing"
    SUPPLEMENT = "supplement"


class Edge(StrEnum):
    """An instant at one end of a statement's period."""

    BEGINNING = "beginning"
    END = "end"


@dataclass(frozen=True, slots=True)
class LineItem:
    """An item and its labels: `pattern` is matched with the whole label as `plain_label` makes it.

    `section`: only there; `edge`: an instant on a statement of a duration.
    """

    name: str
    pattern: str
    shown: Shown = Shown.AS_IS
    measure: Measure = Measure.MONEY
    section: Section | None = None
    edge: Edge | None = None


class LineItems:
    """The items of one statement, looked up by label. Immutable: threads share it."""

    def __init__(self, items: Sequence[LineItem]) -> None:
        self._items = tuple((item, re.compile(item.pattern)) for item in items)

    def find(self, label: str, section: Section | None) -> LineItem | None:
        """The first item that goes by the label there, or by what follows a group's name ("Current assets: Cash")."""
        for name in (label, label.rpartition(":")[2]):
            plain = plain_label(name)
            for item, pattern in self._items:
                if item.section in (None, section) and pattern.fullmatch(plain):
                    return item
        return None


_LONGEST_LABEL = 500  # what is longer is prose
_NOTE = re.compile(r"\((?:see\s+)?notes?\s[^)]*\)|\((?:\d{1,2}|[a-z])\)|\bnotes?\s\d+[a-z]?$")
_ALTERNATIVE = re.compile(r"\s*/?\s*\([^)]*\)\s*/?\s*")
_OWN_UNITS = re.compile(r"\((?:in|shares|dollars)\b[^)]*\)|,? in (?:thousands|millions|shares)\b")


def plain_label(label: str) -> str:
    """The label in lower case without notes, units, and the alternatives in brackets ("income (loss)")."""
    text = label[:_LONGEST_LABEL].casefold().replace("’", "'").replace("&", " and ")
    # Runs of white space go first: the patterns below would take the cube of their length.
    text = " ".join(re.sub(r"[–—−]", "-", text).split())
    text = _OWN_UNITS.sub(" ", _NOTE.sub(" ", text))
    text = _ALTERNATIVE.sub(" ", text)
    text = re.sub(r"^(?:less|add|plus):?\s+", "", " ".join(text.split()))
    return re.sub(r"\s+([,:])", r"\1", text).strip(" ,:;.*-")

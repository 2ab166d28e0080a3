"""The cells of a grid with their texts, and what each text looks like."""

from dataclasses import dataclass
from enum import Enum, auto

from app.documents.content.parsed import GridCell


class Form(Enum):
    """What a text looks like on its own. UNITS states units only ("(In millions)", "$"). A year can be a heading or a
    figure, and so can a COUNT ("6 years", "Less than 12 months"): its row decides.
    """

    FIGURE = auto()
    COUNT = auto()
    YEAR = auto()
    PERIOD = auto()
    UNITS = auto()
    WORDS = auto()


FIGURES = (Form.FIGURE, Form.COUNT)


@dataclass(slots=True, eq=False)
class TextCell:
    """A grid's cell with its text, without `marks`. `row`, `left` and `right` (exclusive) are positions in the joined
    table. `spans` are the parts of the page's text that `text` consists of.
    """

    source: GridCell
    page: int
    row: int
    left: int
    right: int
    text: str
    form: Form
    spans: tuple[tuple[int, int], ...]
    marks: tuple[str, ...] = ()

    def overlap(self, left: int, right: int) -> int:
        """Return the number of columns that the cell shares with the columns from `left` to `right`."""
        return min(self.right, right) - max(self.left, left)

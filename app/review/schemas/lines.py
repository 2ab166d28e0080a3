"""Fields that are a standard item of the whole group for one period: the lines of reports."""

from typing import Final

from app.facts.items.names import first_item
from app.facts.items.standard import StandardItem
from app.review.schemas.definition import FieldSpec

LINE_RULES: Final = frozenset({"report.line", "report.prior_line", "report.line_to_date"})
"""The rules of these fields."""


def item_of(spec: FieldSpec | None) -> StandardItem | None:
    """Return the standard item of a report line: that of the field's first fitting word, or else of its title. Return
    None for other fields.
    """
    if spec is None or spec.rule not in LINE_RULES:
        return None
    return first_item((*spec.words, spec.title))

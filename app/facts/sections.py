"""Assign statement rows to sections, by the totals at the end of each section."""

import re
from collections.abc import Sequence

from app.documents.content.statements import Statement
from app.facts.line_items import Section, plain_label

_CASH_OF = r"(?:net )?cash(?: flows?)?\b.*"
_ENDS: dict[Statement, tuple[tuple[Section, str], ...]] = {
    Statement.INCOME: (),
    Statement.BALANCE: (
        (Section.CURRENT_ASSETS, r"total current assets"),
        (Section.OTHER_ASSETS, r"total assets"),
        (Section.CURRENT_LIABILITIES, r"total current liabilities"),
        (Section.OTHER_LIABILITIES, r"total liabilities|total (?:equity|deficit)|total .*holders'? .*"),
    ),
    Statement.CASH_FLOW: (
        (Section.OPERATING, rf"{_CASH_OF}\b(?:operating activities|operations)"),
        (Section.INVESTING, rf"{_CASH_OF}\binvesting activities"),
        (Section.FINANCING, rf"{_CASH_OF}\bfinancing activities"),
        (Section.SUPPLEMENT, r"(?!)"),
    ),
}


def section_of_rows(statement: Statement, labels: Sequence[str]) -> list[Section | None]:
    """Return the section of each row, given the rows' labels in order; None after the last section.

    A balance sheet without a total of current assets, such as a bank's, has no sections. All its rows are None.
    """
    plain = [plain_label(label) for label in labels]
    found: list[Section | None] = []
    ends = list(_ENDS[statement])
    if statement is Statement.BALANCE and not any(re.fullmatch(ends[0][1], label) for label in plain):
        return [None] * len(plain)
    for label in plain:
        found.append(ends[0][0] if ends else None)
        if ends and re.fullmatch(ends[0][1], label):
            ends.pop(0)
    return found

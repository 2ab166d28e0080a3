"""Finds the items of a current report: their numbers, titles and texts.

The titles are those of Form 8-K (17 CFR 249.308, General Instructions B). A heading is a line that starts with "Item"
and a number of the form, followed by the beginning of its title: a reference to an item inside a sentence is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.documents.content.parsed import ParsedPage

TITLES: Final = {
    "1.01": "Entry into a Material Definitive Agreement",
    "1.02": "Termination of a Material Definitive Agreement",
    "1.03": "Bankruptcy or Receivership",
    "1.04": "Mine Safety - Reporting of Shutdowns and Patterns of Violations",
    "1.05": "Material Cybersecurity Incidents",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of a "
    "Registrant",
    "2.04": "Triggering Events That Accelerate or Increase a Direct Financial Obligation or an Obligation under an "
    "Off-Balance Sheet Arrangement",
    "2.05": "Costs Associated with Exit or Disposal Activities",
    "2.06": "Material Impairments",
    "3.01": "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing",
    "3.02": "Unregistered Sales of Equity Securities",
    "3.03": "Material Modification to Rights of Security Holders",
    "4.01": "Changes in Registrant's Certifying Accountant",
    "4.02": "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report or Completed Interim "
    "Review",
    "5.01": "Changes in Control of Registrant",
    "5.02": "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers; "
    "Compensatory Arrangements of Certain Officers",
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.04": "Temporary Suspension of Trading Under Registrant's Employee Benefit Plans",
    "5.05": "Amendments to the Registrant's Code of Ethics, or Waiver of a Provision of the Code of Ethics",
    "5.06": "Change in Shell Company Status",
    "5.07": "Submission of Matters to a Vote of Security Holders",
    "5.08": "Shareholder Director Nominations",
    "6.01": "ABS Informational and Computational Material",
    "6.02": "Change of Servicer or Trustee",
    "6.03": "Change in Credit Enhancement or Other External Support",
    "6.04": "Failure to Make a Required Distribution",
    "6.05": "Securities Act Updating Disclosure",
    "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits",
}
_HEADING: Final = re.compile(
    r"^[^\S\n]*item[^\S\n]+([1-9]\.0[1-9])(?!\d)[.:;\s|—–-]{0,20}", re.IGNORECASE | re.MULTILINE
)
_SIGNATURE: Final = re.compile(r"^[^\S\n]*signatures?[^\S\n]*$", re.IGNORECASE | re.MULTILINE)
_WORD: Final = re.compile(r"[a-z]+")
_TITLE: Final = 400
"""Characters in which a title ends."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an item's text: `start` to `end` of the text of a page."""

    page: ParsedPage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.page.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Section:
    """An item: its number, where its heading is, and the parts of its text after the heading."""

    number: str
    heading: Part
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        return TITLES[self.number]


def find_sections(pages: Sequence[ParsedPage]) -> tuple[Section, ...]:
    """Return the items of a report in order, up to its signature. Exhibits after it have none."""
    marks: list[tuple[int, int, int, str]] = []
    last = (len(pages), 0)
    for index, page in enumerate(pages):
        signature = _SIGNATURE.search(page.text)
        stop = signature.start() if signature is not None else len(page.text)
        for found in _HEADING.finditer(page.text, 0, stop):
            title_end = _title_end(found[1], page.text, found.end())
            if title_end is not None:
                marks.append((index, found.start(), title_end, found[1]))
        if signature is not None and marks:
            last = (index, stop)
            break
    if not marks:
        return ()
    ends = [(index, start) for index, start, _, _ in marks[1:]] + [last]
    return tuple(
        Section(number, Part(pages[index], start, title_end), tuple(_parts(pages, (index, title_end), end)))
        for (index, start, title_end, number), end in zip(marks, ends, strict=True)
    )


def _title_end(number: str, text: str, start: int) -> int | None:
    """Return where the title of an item ends in a text; None if the text at `start` is not its title."""
    title = TITLES.get(number)
    if title is None:
        return None
    wanted = _WORD.findall(title.lower().replace("'s", ""))
    at, matched = start, 0
    for found in _WORD.finditer(text[start : start + _TITLE].lower().replace("’s", "'s").replace("'s", "  ")):
        if found.group() != wanted[matched]:
            break
        at, matched = start + found.end(), matched + 1
        if matched == len(wanted):
            break
    return at if matched >= min(2, len(wanted)) else None


def _parts(pages: Sequence[ParsedPage], begin: tuple[int, int], end: tuple[int, int]) -> Iterator[Part]:
    for index in range(begin[0], min(end[0], len(pages) - 1) + 1):
        page = pages[index]
        start = begin[1] if index == begin[0] else 0
        stop = end[1] if index == end[0] else len(page.text)
        if page.text[start:stop].strip():
            yield Part(page, start, stop)

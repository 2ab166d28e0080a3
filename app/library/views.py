"""Values that the library returns."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading of a document: its depth (1 for the outermost), its text, and the page (from 1) on which its text
    begins.
    """

    depth: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings of a version in order. `is_cut` states that only the first ones are listed."""

    version_id: UUID
    entries: tuple[OutlineEntry, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Losses:
    """What ends if documents are deleted, as far as the principal may see it: the principal's own answers that cite
    them, approved fields, and open review tasks. A count of `MOST_COUNTED` means that there may be more.
    """

    answers: int
    approved_fields: int
    open_tasks: int


MOST_COUNTED = 1_000

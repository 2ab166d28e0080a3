"""Values that the library returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Losses:
    """What ends if documents are deleted, as far as the principal may see it: the principal's own answers that cite
    them, approved fields, and open review tasks. A count of `MOST_COUNTED` means that there may be more.
    """

    answers: int
    approved_fields: int
    open_tasks: int


MOST_COUNTED = 1_000

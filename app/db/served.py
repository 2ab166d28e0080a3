"""Which revisions of the schema this version works with: apart from the migrations, which only owners run.

A revision's id is its number and subject, as `0001_baseline`; ids sort in the order of the revisions.
"""

import re

from app.core.errors import UnavailableError

LEAST_SERVED = "0001_baseline"
"""The oldest revision that this version's processes work with: a rolling upgrade replaces them at it."""

# The 24 revisions before the baseline had bare numbers.
_BEFORE_BASELINE = re.compile(r"\d{4}")


class SchemaTooOldError(UnavailableError):
    code = "schema-too-old"
    title = (
        "This database was made by Footnote before its first release, and can't be upgraded: start with a new home "
        "(`footnote up --home FOLDER`) or an empty database, and upload the documents again."
    )


def check_can_be_upgraded(revision: str | None) -> None:
    """Raises SchemaTooOldError for a revision from before the baseline."""
    if revision is not None and _BEFORE_BASELINE.fullmatch(revision):
        raise SchemaTooOldError


def is_served(revision: str | None) -> bool:
    """Return whether this version's processes work with a database at the revision.

    Later revisions also work: an upgrade keeps tables and columns that older processes need until they are replaced.
    """
    return revision is not None and revision >= LEAST_SERVED

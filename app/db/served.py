"""The schema revisions that this version works with. It does not import the migrations, which only the owner role runs.

A revision's id consists of its number and subject, such as `0001_baseline`; ids sort in the order of the revisions.
"""

import re

from app.core.errors import UnavailableError

LEAST_SERVED = "0019_reembedding"
"""The oldest revision that this version's processes work with. A rolling upgrade first upgrades the schema to this
revision, then replaces the processes.
"""

# The ids of the 24 revisions before the baseline were numbers without a subject.
_BEFORE_BASELINE = re.compile(r"\d{4}")


class SchemaTooOldError(UnavailableError):
    code = "schema-too-old"
    ends_by_itself = False
    title = (
        "This database was made by Footnote before its first release, and can't be upgraded: start with a new home "
        "(`footnote up --home FOLDER`) or an empty database, and upload the documents again."
    )


def check_can_be_upgraded(revision: str | None) -> None:
    """Raise SchemaTooOldError for a revision from before the baseline."""
    if revision is not None and _BEFORE_BASELINE.fullmatch(revision):
        raise SchemaTooOldError


def is_served(revision: str | None) -> bool:
    """Return whether this version's processes work with a database at the revision.

    Later revisions also work. An upgrade keeps the tables and columns that older processes still need.
    """
    return revision is not None and revision >= LEAST_SERVED

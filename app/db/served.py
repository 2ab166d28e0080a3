"""The schema revisions that this version works with. Kept apart from the migrations, which only owners run."""

LEAST_SERVED = "0023"
"""The lowest revision that this version's processes work with; a rolling upgrade replaces the processes at it."""


def is_served(revision: str | None) -> bool:
    """Return whether this version's processes work with a database at the revision (four digits, increasing).

    A higher revision belongs to a newer version, whose upgrade keeps all tables and functions that this version uses.
    """
    return revision is not None and revision >= LEAST_SERVED

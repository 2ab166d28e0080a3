"""Which revisions of the schema this version works with: apart from the migrations, which only owners run."""

LEAST_SERVED = "0023"
"""The least revision that this version's processes work with: a rolling upgrade replaces them at it."""


def is_served(revision: str | None) -> bool:
    """Whether this version's processes work with a database at the revision: numbers of four digits that grow.

    One that is ahead is another version's upgrade, which leaves processes of this one what they ask for.
    """
    return revision is not None and revision >= LEAST_SERVED

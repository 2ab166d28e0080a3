"""Translates constraint violations into the features' own errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

Meanings = Mapping[str, Callable[[], Exception]]
"""Maps the end of a constraint's name, or an SQLSTATE (PostgreSQL appendix A), to an error. The first match is used."""

ANY_CONSTRAINT = ""
"""A key of `Meanings` that matches every constraint."""
UNIQUE_VIOLATION = "23505"
FOREIGN_KEY_VIOLATION = "23503"
INVALID_RECURSION = "42P19"


@contextmanager
def translated_violations(meanings: Meanings) -> Iterator[None]:
    """Raise the mapped error when the database rejects a write in this block; unmapped errors pass unchanged.

    If a constraint is deferred, the block must contain the whole transaction, because the database checks it at commit.
    """
    try:
        yield
    except DBAPIError as error:
        meaning = _find_meaning(error, meanings)
        if meaning is None:
            raise
        raise meaning() from error


def _find_meaning(error: DBAPIError, meanings: Meanings) -> Callable[[], Exception] | None:
    state = getattr(error.orig, "sqlstate", None)
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    for key, meaning in meanings.items():
        if key == state or (isinstance(error, IntegrityError) and constraint.endswith(key)):
            return meaning
    return None

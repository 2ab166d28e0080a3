"""What the database says no with."""

from sqlalchemy.exc import DBAPIError

from app.db.session import RightsChangedError

_RECURSION = "42P19"
_INTEGRITY = "23"


def is_refusal(error: RightsChangedError | DBAPIError) -> bool:
    """Whether it is refused by rights (42501), by integrity, or because it would be inside itself.

    All else is a crash, and no answer to who may do what.
    """
    if isinstance(error, RightsChangedError):
        return True
    state = str(getattr(error.orig, "sqlstate", None))
    return state == _RECURSION or state.startswith(_INTEGRITY)

"""Recognises the errors with which the database refuses a change."""

from sqlalchemy.exc import DBAPIError

from app.db.session import RightsChangedError

_RECURSION = "42P19"
_INTEGRITY = "23"


def is_refusal(error: RightsChangedError | DBAPIError) -> bool:
    """Return whether the error means that the database refused a change. A change is refused because of a missing right
    (42501), an integrity constraint or a cycle (42P19). Any other error is a defect, not a decision of the policy.
    """
    if isinstance(error, RightsChangedError):
        return True
    state = str(getattr(error.orig, "sqlstate", None))
    return state == _RECURSION or state.startswith(_INTEGRITY)

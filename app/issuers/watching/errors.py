"""Errors of watched issuers.

ConflictError ← TooManyWatchedError
"""

from app.core.errors import ConflictError

MOST_WATCHED = 100


class TooManyWatchedError(ConflictError):
    code = "too-many-watched-issuers"
    title = f"A user watches at most {MOST_WATCHED} issuers: stop watching one first."

"""Errors of sessions.

UnauthenticatedError ← SessionEndedError 401
NotFoundError        ← SessionNotFoundError
"""

from app.core.errors import NotFoundError, UnauthenticatedError


class SessionEndedError(UnauthenticatedError):
    code = "session-ended"
    title = "Your session has ended: sign in again."


class SessionNotFoundError(NotFoundError):
    code = "session-not-found"
    title = "There is no such session that you may see."

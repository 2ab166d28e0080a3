"""Errors of saved views."""

from app.core.errors import ConflictError, NotFoundError

MOST_VIEWS = 100


class ViewNotFoundError(NotFoundError):
    code = "review-view-not-found"
    title = "There is no such saved view, or it is not yours."


class TooManyViewsError(ConflictError):
    code = "too-many-views"
    title = f"A user has at most {MOST_VIEWS} saved views: delete one first."

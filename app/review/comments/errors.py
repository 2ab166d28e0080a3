"""Errors of comments."""

from app.core.errors import InvalidInputError, NotFoundError


class MentionError(InvalidInputError):
    code = "mention-invalid"
    title = "A comment mentions only active editors and approvers."


class MentionNotFoundError(NotFoundError):
    code = "mention-not-found"
    title = "There is no such comment that mentions you."

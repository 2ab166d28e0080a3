"""Errors of comments."""

from app.core.errors import InvalidInputError


class MentionError(InvalidInputError):
    code = "mention-invalid"
    title = "A comment mentions only active editors and approvers."

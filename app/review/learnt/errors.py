"""Errors of lessons."""

from app.core.errors import ConflictError


class NothingLearntError(ConflictError):
    code = "nothing-learnt"
    title = "The reader has learnt nothing from this field: there is nothing to withdraw."

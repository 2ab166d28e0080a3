"""Errors of access."""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class CollectionNotFoundError(NotFoundError):
    code = "collection-not-found"
    title = "There is no such collection that you may see."


class CollectionExistsError(ConflictError):
    code = "collection-exists"
    title = "A collection of that name is there already: choose another name."


class GrantTargetNotFoundError(NotFoundError):
    code = "grant-target-not-found"
    title = "There is no such collection or document that you own."


class GrantLifetimeError(InvalidInputError):
    code = "grant-lifetime-invalid"
    title = "The grant would end after the year 2199: choose an earlier time, or none."


class GrantNotFoundError(NotFoundError):
    code = "grant-not-found"
    title = "There is no such grant that you may see."


class GrantSubjectError(InvalidInputError):
    code = "grant-subject-unknown"
    title = "There is no such user or group in your tenant."

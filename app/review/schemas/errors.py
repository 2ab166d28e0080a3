"""Errors of schemas.

NotFoundError ← SchemaNotFoundError
ConflictError ← SchemaExistsError, SchemaVersionTakenError
"""

from app.core.errors import ConflictError, NotFoundError


class SchemaNotFoundError(NotFoundError):
    code = "schema-not-found"
    title = "There is no such schema, or no such version of it."


class SchemaExistsError(ConflictError):
    code = "schema-exists"
    title = "There is a schema with this key already: choose another key, or add a version to that schema."

"""Errors of the editors' desk.

InvalidInputError ← FieldValueError, SchemaInvalidError
"""

from app.core.errors import InvalidInputError


class FieldValueError(InvalidInputError):
    code = "field-value-invalid"
    title = "The value is not valid for this kind of field."


class SchemaInvalidError(InvalidInputError):
    code = "schema-invalid"
    title = "The schema is not valid."

"""Errors of tables.

FootnoteError ← TableEncodingError
NotFoundError ← TableNotFoundError
TooLargeError ← TableTooLargeError
"""

from app.core.errors import FootnoteError, NotFoundError, TooLargeError


class TableEncodingError(FootnoteError):
    code = "bad-table-encoding"
    title = "A stored table of this document can't be decoded: parse the document again."


class TableNotFoundError(NotFoundError):
    code = "table-not-found"
    title = "The document has no table with this number, or its tables have not been read yet."


class TableTooLargeError(TooLargeError):
    code = "table-too-large"
    title = "The table is too large for a workbook: get it as CSV, or get parts of it as JSON."

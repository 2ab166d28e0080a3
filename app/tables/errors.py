"""Errors of tables.

FootnoteError ← TableEncodingError
NotFoundError ← TableNotFoundError
"""

from app.core.errors import FootnoteError, NotFoundError


class TableEncodingError(FootnoteError):
    code = "bad-table-encoding"
    title = "A stored table of this document can't be decoded: parse the document again."


class TableNotFoundError(NotFoundError):
    code = "table-not-found"
    title = "The document has no table with this number, or its tables have not been read yet."

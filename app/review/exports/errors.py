"""Errors of exports.

TooLargeError ← ExportTooLargeError
"""

from app.core.errors import TooLargeError


class ExportTooLargeError(TooLargeError):
    code = "export-too-large"
    title = "The export has more than 2,000 tasks or 20,000 fields: name a schema, a document or a smaller collection."

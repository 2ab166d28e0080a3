"""Errors of facts.

FootnoteError ← FactEncodingError
NotFoundError ← IssuerNotFoundError
"""

from app.core.errors import FootnoteError, NotFoundError


class FactEncodingError(FootnoteError):
    code = "bad-fact-encoding"
    title = "A stored fact of this document can't be decoded: parse the document again."


class IssuerNotFoundError(NotFoundError):
    code = "issuer-not-found"
    title = "There is no issuer with this name, or you may not read any of its documents."

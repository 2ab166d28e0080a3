"""Errors of facts.

FootnoteError ← FactEncodingError
InvalidInputError ← FactFilterError
TooLargeError ← StatementsTooLargeError, TooManyFactsError
"""

from app.core.errors import FootnoteError, InvalidInputError, TooLargeError


class FactEncodingError(FootnoteError):
    code = "bad-fact-encoding"
    title = "A stored fact of this document can't be decoded: parse the document again."


class FactFilterError(InvalidInputError):
    code = "conflicting-filters"
    title = "Facts of the whole group have no dimensions: send either `consolidated` or `member`."


class StatementsTooLargeError(TooLargeError):
    code = "statements-too-large"
    title = (
        "The statements have too many figures: request fewer statements or columns, or periods that end on a later day "
        "(`end_from`)."
    )


class TooManyFactsError(TooLargeError):
    code = "too-many-facts"
    title = "The issuer has more facts of these items than one request reads: send a formula with fewer items."

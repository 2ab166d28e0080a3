"""Errors of issuers.

NotFoundError     ← IssuerNotFoundError, IssuerEditNotFoundError
InvalidInputError ← IssuerAmbiguousError, IssuerChangeError
ForbiddenError    ← IssuerNotEditableError   the principal may read the documents, but not edit all of them
TooLargeError     ← TooManyDocumentsError
"""

from app.core.errors import ForbiddenError, InvalidInputError, NotFoundError, TooLargeError


class IssuerNotFoundError(NotFoundError):
    code = "issuer-not-found"
    title = "There is no issuer with this name, or you may not read any of its documents."


class IssuerEditNotFoundError(NotFoundError):
    code = "issuer-edit-not-found"
    title = "There is no such change of an issuer that you may see."


class IssuerAmbiguousError(InvalidInputError):
    code = "issuer-ambiguous"
    title = "Several issuers have this name: send the full name or the ID."


class IssuerChangeError(InvalidInputError):
    code = "bad-issuer-change"
    title = "This change of an issuer is not possible."


class IssuerNotEditableError(ForbiddenError):
    code = "issuer-not-editable"
    title = (
        "You may read the documents that this changes, but not edit all of them: ask their owners for edit permission."
    )


class TooManyDocumentsError(TooLargeError):
    code = "too-many-documents"
    title = "The issuer has more documents than one change may concern: split off some of them first."

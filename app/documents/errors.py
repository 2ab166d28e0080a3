"""Errors of documents.

NotFoundError     ← DocumentNotFoundError, VersionNotFoundError, PageNotFoundError
ForbiddenError    ← NotEditableError         the principal may see it, but not change it
InvalidInputError ← UploadEmptyError, UploadIncompleteError, UploadMalformedError 400
TooLargeError     ← UploadTooLargeError
UnavailableError  ← UploadClearedError       the same bytes, stored earlier and no longer wanted, were just collected
"""

from app.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)


class DocumentNotFoundError(NotFoundError):
    code = "document-not-found"
    title = "There is no such document that you may see."


class VersionNotFoundError(NotFoundError):
    code = "version-not-found"
    title = "There is no such version of a document that you may see."


class PageNotFoundError(NotFoundError):
    code = "page-not-found"
    title = "The document has no page of this number, or it has not been read yet."


class NotEditableError(ForbiddenError):
    code = "not-editable"
    title = "You may read this, but not change it: ask its owner for the right to edit."


class UploadEmptyError(InvalidInputError):
    code = "upload-empty"
    title = "The file is empty: check it and send it again."


class UploadIncompleteError(InvalidInputError):
    code = "upload-incomplete"
    title = "The upload needs a file and a collection: send the parts 'collection' and 'file'."


class UploadMalformedError(InvalidInputError):
    code = "upload-malformed"
    status = 400
    title = "The upload is not whole multipart/form-data: it may have been cut off. Send it again."


class UploadClearedError(UnavailableError):
    code = "upload-cleared"
    title = "The file was cleared away while it came in: send it again."


class UploadTooLargeError(TooLargeError):
    code = "upload-too-large"
    title = "The file is over the size limit: split it, or ask your administrator for a higher limit."

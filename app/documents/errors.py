"""Errors of documents.

NotFoundError     ← DocumentNotFoundError, VersionNotFoundError, PageNotFoundError
ForbiddenError    ← NotEditableError         the principal may read it, but not change it
InvalidInputError ← UploadEmptyError, UploadIncompleteError, UploadMalformedError (status 400)
TooLargeError     ← UploadTooLargeError
UnavailableError  ← UploadClearedError       the garbage collector deleted the same bytes, stored by an earlier upload
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
    title = "The document has no page with this number, or its pages have not been parsed yet."


class NotEditableError(ForbiddenError):
    code = "not-editable"
    title = "You may read this, but not change it: ask its owner for edit permission."


class UploadEmptyError(InvalidInputError):
    code = "upload-empty"
    title = "The file is empty: check it and send it again."


class UploadIncompleteError(InvalidInputError):
    code = "upload-incomplete"
    title = "The upload needs a file and a collection: send the parts 'collection' and 'file'."


class UploadMalformedError(InvalidInputError):
    code = "upload-malformed"
    status = 400
    title = "The upload is not complete multipart/form-data: it may have been cut off. Send it again."


class UploadClearedError(UnavailableError):
    code = "upload-cleared"
    title = "The file was deleted during the upload: send it again."


class UploadTooLargeError(TooLargeError):
    code = "upload-too-large"
    title = "The file exceeds the size limit: split it, or ask your administrator for a higher limit."

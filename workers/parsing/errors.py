"""Errors for files that can't be read. Such a file is not read again, but a user may upload it again, for example with
its password.
"""

from app.core.errors import DocumentError


class EmptyFileError(DocumentError):
    code = "empty-file"
    title = "The file is empty: send it again from its source."


class UnsupportedFormatError(DocumentError):
    code = "unsupported-type"
    status = 415
    title = "This kind of file can't be read yet: send it as PDF, HTML, plain text or Markdown."


class TypeMismatchError(DocumentError):
    """The format of the file's content differs from the one that its name indicates."""

    code = "type-mismatch"
    status = 415
    title = "The file's content does not match its name: send the right file, or rename it."


class PdfDamagedError(DocumentError):
    code = "pdf-damaged"
    title = "The PDF is damaged and can't be read or repaired: fetch it again from its source."


class PdfEncryptedError(DocumentError):
    code = "pdf-encrypted"
    title = "The PDF needs a password to be opened: send it again with its password."


class PdfWrongPasswordError(DocumentError):
    code = "pdf-wrong-password"
    title = "The password does not open this PDF: check it and send the file again."


class PdfNoTextError(DocumentError):
    code = "pdf-no-text"
    title = (
        "The PDF contains images of pages and no text: text recognition (OCR) is not available yet, "
        "so send a copy with a text layer."
    )


class DocumentTooLargeError(DocumentError):
    code = "document-too-large"
    status = 413
    title = "The document has more pages or text than can be read: split it and send the parts."


class ParseCrashedError(DocumentError):
    code = "parse-crashed"
    title = "The file is malformed and crashed the reader: save it again from its source and send the new file."


class ParseTimeoutError(DocumentError):
    code = "parse-timeout"
    title = "Reading the file exceeded the time limit: split it or save it again, and send the result."


class ParseMemoryError(DocumentError):
    code = "parse-memory"
    title = "Reading the file exceeded the memory limit: split it or save it again, and send the result."

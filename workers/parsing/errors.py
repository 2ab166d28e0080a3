"""Why a file can't be read. Each is final for that file; one that needs a password may be sent again with it."""

from app.core.errors import DocumentError


class EmptyFileError(DocumentError):
    code = "empty-file"
    title = "The file is empty: send it again from its source."


class UnsupportedFormatError(DocumentError):
    code = "unsupported-type"
    status = 415
    title = "This kind of file can't be read yet: send it as PDF, HTML, plain text or Markdown."


class TypeMismatchError(DocumentError):
    """A file whose content is something else than its name says."""

    code = "type-mismatch"
    status = 415
    title = "The file is not what its name says: send the right file, or give it the right name."


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
        "The PDF holds images of pages and no text: text recognition (OCR) is not available yet, "
        "so send a copy with a text layer."
    )


class DocumentTooLargeError(DocumentError):
    code = "document-too-large"
    status = 413
    title = "The document has more pages or text than can be read: split it and send the parts."


class ParseCrashedError(DocumentError):
    code = "parse-crashed"
    title = "Reading the file broke the reader: it is malformed. Save it anew from its source and send that."


class ParseTimeoutError(DocumentError):
    code = "parse-timeout"
    title = "Reading the file took longer than is allowed: split it, or save it anew, and send that."


class ParseMemoryError(DocumentError):
    code = "parse-memory"
    title = "Reading the file took more memory than is allowed: split it, or save it anew, and send that."

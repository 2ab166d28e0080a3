"""The table of formats. A file's content and name determine its format, and the format determines the reader.

To add a format, add a row to FORMATS, a reader with the same signature, and its tests.
"""

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from app.documents.content.parsed import ParsedDocument
from workers.parsing.errors import EmptyFileError, TypeMismatchError, UnsupportedFormatError

SNIFFED_BYTES = 8192


class Reader(Protocol):
    """Parses a file into a document. Readers of formats without encryption ignore the password."""

    def __call__(self, path: Path, *, password: str | None = None) -> ParsedDocument:
        """Parse the file. Raises DocumentError."""


@dataclass(frozen=True, slots=True)
class Format:
    """A readable format: its name for users, media type, file name extensions, and reader ("module:function").

    A reader is imported at the first file of its format, so this table imports no PDF library.
    """

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    reader: str

    def read(self, path: Path, password: str | None) -> ParsedDocument:
        """Return the document in the file. Raises DocumentError."""
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(module), function)
        return reader(path, password=password)


FORMATS = (
    Format("PDF", "application/pdf", (".pdf",), "workers.parsing.pdf.document:parse_pdf"),
    Format("HTML", "text/html", (".html", ".htm", ".xhtml"), "workers.parsing.html.document:parse_html"),
    Format("Markdown", "text/markdown", (".md", ".markdown"), "workers.parsing.markdown:parse_markdown"),
    Format("plain text", "text/plain", (".txt", ".text"), "workers.parsing.text:parse_text"),
)

# The first bytes of formats that have no reader. They identify a file's actual format for the error message.
# The values are those of each format's specification, as in the "magic number" entries of the IANA media types.
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive (or an Office document)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older Office document"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"%!PS", "a PostScript document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a Windows program"),
    (b"SQLite format 3\x00", "a database"),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|p|span|document)\b",
    re.IGNORECASE | re.DOTALL,
)
_SGML_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)


def find_format(path: Path, filename: str) -> Format:
    """Return the format of the file at `path`, whose name is `filename`.

    Raises EmptyFileError, TypeMismatchError, UnsupportedFormatError.
    """
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES)
    if not head:
        raise EmptyFileError
    named = format_by_name(filename)
    found = _format_by_content(head, named)
    if found is None:
        foreign = _foreign_name(head)
        if named is not None:
            raise TypeMismatchError(
                f"The file is named as {named.name} but is {foreign}: send the right file, or rename it."
            )
        raise UnsupportedFormatError(
            f"The file is {foreign}, which can't be read yet: send it as PDF, HTML, plain text or Markdown."
        )
    if named is not None and found is not named:
        raise TypeMismatchError(
            f"The file is named as {named.name} but is {found.name}: send the right file, or rename it."
        )
    return found


def format_by_name(filename: str) -> Format | None:
    suffix = Path(filename).suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def _format_by_content(head: bytes, named: Format | None) -> Format | None:
    pdf, html, _, text = FORMATS
    # ISO 32000-1 annex H.3: readers accept the header anywhere within the first 1024 bytes.
    if b"%PDF-" in head[:1024]:
        return pdf
    if not _is_text(head):
        return None
    plain = _without_mark(head)
    if _HTML.match(plain) or (named is html and _SGML_HTML.search(plain)):
        return html
    if named in (html, pdf):
        return text if named is pdf else html
    # Only the file name distinguishes Markdown from plain text.
    return named or text


def _foreign_name(head: bytes) -> str:
    return next((name for magic, name in _FOREIGN if head.startswith(magic)), "of an unknown kind")


def _is_text(head: bytes) -> bool:
    """Return whether a file that begins with `head` is text: few control characters, or a UTF-16 byte order mark."""
    if any(head.startswith(magic) for magic, _ in _FOREIGN):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\x0b\x0c\x1b" for byte in head)
    return controls <= len(head) // 200


def _without_mark(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").encode("ascii", "ignore")
    return head.removeprefix(b"\xef\xbb\xbf")

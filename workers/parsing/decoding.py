"""Reads files of text formats, and refuses binary content."""

from pathlib import Path

from app.documents.markup.charset import decode_text
from workers.parsing.errors import EmptyFileError, UnsupportedFormatError

_MOST_CONTROLS = 0.02


def read_text_file(path: Path, *, declared: bool = False) -> str:
    """Return the file's text with "\\n" line ends, as `decode_text` decodes it.

    Raises EmptyFileError, UnsupportedFormatError (binary content).
    """
    text = decode_text(path.read_bytes(), declared=declared)
    if not text.strip(" \t\n\x00\ufeff"):
        raise EmptyFileError
    sample = text[:100_000]
    controls = sum(sample.count(chr(code)) for code in range(32) if code not in (9, 10, 12, 27)) + sample.count(
        "\ufffd"
    )
    if controls > len(sample) * _MOST_CONTROLS + 8:
        raise UnsupportedFormatError(
            "The file contains binary data, not text: send it as PDF, HTML, plain text or Markdown."
        )
    return text

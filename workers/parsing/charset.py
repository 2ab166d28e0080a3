"""Decodes text formats: by a byte order mark, else as UTF-8, else in the declared charset, else as Windows-1252."""

import codecs
import re
from pathlib import Path

from workers.parsing.errors import EmptyFileError, UnsupportedFormatError

_DECLARED = re.compile(rb"(?:charset\s*=\s*[\"']?|<\?xml[^>]*encoding\s*=\s*[\"'])([A-Za-z0-9_.:-]{2,40})", re.I)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MOST_CONTROLS = 0.02


def read_text_file(path: Path, *, declared: bool = False) -> str:
    """Return the file's text with "\\n" line ends.

    If `declared` is true, a charset that the file declares in HTML or XML is used. Bytes that are invalid in the
    charset become U+FFFD. Raises EmptyFileError, UnsupportedFormatError (binary content).
    """
    raw = path.read_bytes()
    text = _decode(raw, declared=declared).replace("\r\n", "\n").replace("\r", "\n")
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


def _decode(raw: bytes, *, declared: bool) -> str:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass  # not UTF-8: try the declared charset, then Windows-1252
    found = _DECLARED.search(raw[:4096]) if declared else None
    if found:
        try:
            name = codecs.lookup(found.group(1).decode("ascii")).name
        except LookupError:
            name = "cp1252"
        # The WHATWG Encoding standard §4.2 maps these labels to Windows-1252. Decoding as UTF-8 has failed before.
        if name not in ("ascii", "iso8859-1", "utf-8"):
            return raw.decode(name, "replace")
    return raw.decode("cp1252", "replace")

"""Decodes text formats: by a byte order mark, else as UTF-8, else in the declared charset, else as Windows-1252."""

import codecs
import re

_DECLARED = re.compile(rb"(?:charset\s*=\s*[\"']?|<\?xml[^>]*encoding\s*=\s*[\"'])([A-Za-z0-9_.:-]{2,40})", re.I)
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u2060\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode_text(raw: bytes, *, declared: bool = False) -> str:
    """Return the text of a file with "\\n" line ends.

    If `declared` is true, a charset that the file declares in HTML or XML is used. Bytes that are invalid in the
    charset become U+FFFD.
    """
    return _decode(raw, declared=declared).replace("\r\n", "\n").replace("\r", "\n")


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


def clean_text(text: str) -> str:
    """Remove control characters, noncharacters and invisible marks, except tabs and line ends."""
    return _UNWANTED.sub("", text)

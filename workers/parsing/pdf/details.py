"""Reads a PDF's metadata, outline, encryption and permissions with pypdf, or with pdfium if pypdf fails.

pypdf reads only the cross-reference table and the few requested objects. This takes 10 to 80 ms for an annual report.
"""

import ctypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.constants import UserAccessPermissions
from pypdf.generic import Destination, DictionaryObject

from app.documents.content.parsed import OutlineEntry

_PROPERTIES = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
_MAX_OUTLINE = 5_000
_MAX_DEPTH = 12
_MAX_PYPDF_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PdfDetails:
    """`has_hidden_layers` states that some optional content may not be displayed."""

    properties: dict[str, str]
    outline: tuple[OutlineEntry, ...]
    has_hidden_layers: bool = False


def read_details(path: Path, password: str | None, document: pdfium.FPDF_DOCUMENT) -> PdfDetails:
    """Return metadata, outline and permissions of the file at `path`, which pdfium has opened as `document`."""
    if path.stat().st_size <= _MAX_PYPDF_BYTES:
        try:
            return _by_pypdf(path, password)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - pypdf raises errors of any type for a malformed object; use pdfium instead
            return _by_pdfium(document)
    return _by_pdfium(document)


def _by_pypdf(path: Path, password: str | None) -> PdfDetails:
    with PdfReader(path, strict=False, password=password) as reader:
        properties = {}
        metadata: Mapping[str, object] = reader.metadata or {}
        for name in _PROPERTIES:
            value = _plain(str(metadata.get(f"/{name}", "")))
            if value:
                properties[name] = value
        if reader.is_encrypted:
            properties["Encrypted"] = "yes"
            allowed = reader.user_access_permissions
            if allowed is not None:
                properties["Permissions"] = ", ".join(_permissions(allowed)) or "none"
        return PdfDetails(
            properties=properties,
            outline=tuple(_entries(reader, reader.outline, 1, [0])),
            has_hidden_layers=_has_hidden_layers(reader),
        )


def _has_hidden_layers(reader: PdfReader) -> bool:
    """Return whether the default configuration hides optional content, or lets its use decide (ISO 32000-1 §8.11.4)."""
    content = reader.root_object.get("/OCProperties")
    if content is None:
        return False
    default = content.get_object().get("/D", DictionaryObject()).get_object()
    return bool(default.get("/OFF") or default.get("/AS") or default.get("/BaseState") == "/OFF")


def _permissions(allowed: UserAccessPermissions) -> list[str]:
    """Return the names of the permissions that the file grants (ISO 32000-1 table 22)."""
    names = {
        UserAccessPermissions.PRINT: "print",
        UserAccessPermissions.MODIFY: "modify",
        UserAccessPermissions.EXTRACT: "copy",
        UserAccessPermissions.ADD_OR_MODIFY: "annotate",
    }
    return [name for flag, name in names.items() if flag in allowed]


def _entries(reader: PdfReader, items: Sequence[object], level: int, count: list[int]) -> Iterator[OutlineEntry]:
    for item in items:
        if isinstance(item, list):
            if level < _MAX_DEPTH:
                yield from _entries(reader, item, level + 1, count)
        elif isinstance(item, Destination) and count[0] < _MAX_OUTLINE:
            count[0] += 1
            page = reader.get_destination_page_number(item)
            title = _plain(str(item.title))[:500]
            if title and page is not None and page >= 0:
                yield OutlineEntry(title=title, page=page + 1, level=level)


def _by_pdfium(document: pdfium.FPDF_DOCUMENT) -> PdfDetails:
    return PdfDetails(properties=_properties(document), outline=tuple(_outline(document)))


def _properties(document: pdfium.FPDF_DOCUMENT) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PROPERTIES:
        value = _wide(partial(pdfium.FPDF_GetMetaText, document, name.encode()))
        if value:
            found[name] = value
    return found


def _outline(document: pdfium.FPDF_DOCUMENT) -> Iterator[OutlineEntry]:
    """Return the bookmarks in order. Bookmarks in a cycle are returned only once."""
    seen: set[int] = set()
    stack = [(pdfium.FPDFBookmark_GetFirstChild(document, None), 1)]
    while stack and len(seen) < _MAX_OUTLINE:
        mark, level = stack.pop()
        address = ctypes.cast(mark, ctypes.c_void_p).value if mark else None
        if address is None or address in seen:
            continue
        seen.add(address)
        title = _wide(partial(pdfium.FPDFBookmark_GetTitle, mark))
        target = pdfium.FPDFBookmark_GetDest(document, mark)
        page = int(pdfium.FPDFDest_GetDestPageIndex(document, target)) if target else -1
        if title and page >= 0:
            yield OutlineEntry(title=title[:500], page=page + 1, level=level)
        stack.append((pdfium.FPDFBookmark_GetNextSibling(document, mark), level))
        if level < _MAX_DEPTH:
            stack.append((pdfium.FPDFBookmark_GetFirstChild(document, mark), level + 1))


def _wide(read: Callable[[ctypes.Array[ctypes.c_char] | None, int], int]) -> str:
    """Return the UTF-16 string that a pdfium function writes into a buffer, without control characters."""
    size = int(read(None, 0))
    if not 2 < size <= 100_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    return _plain(buffer.raw[: size - 2].decode("utf-16-le", "replace"))


def _plain(text: str) -> str:
    """Return the printable characters with single blanks between words; at most 2,000 characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[:10_000]).split())[:2_000]

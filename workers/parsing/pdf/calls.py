"""Calls pdfium for many characters or objects of a page at once.

pypdfium2 declares pdfium's functions with typed pointers, and releases the interpreter lock around each call. Both take
longer than the call itself. These declarations use plain addresses, and keep the lock: each call takes under a
microsecond, and a file is parsed by one thread.
"""

import ctypes
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

Boxes = npt.NDArray[np.float32]
Address = int
"""The address of a pdfium object; 0 for none."""

_POINTER = ctypes.c_void_p
_INT = ctypes.c_int


def _declare(function: object, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(function, _POINTER).value  # type: ignore[arg-type]  # a function of a library can be cast
    return ctypes.PYFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


_loose_box = _declare(pdfium.FPDFText_GetLooseCharBox, _INT, _POINTER, _INT, _POINTER)
_text_object = _declare(pdfium.FPDFText_GetTextObject, _POINTER, _POINTER, _INT)
_font = _declare(pdfium.FPDFTextObj_GetFont, _POINTER, _POINTER)


def address_of(pointer: object) -> Address:
    return ctypes.cast(pointer, _POINTER).value or 0  # type: ignore[arg-type]  # any of pypdfium2's pointer types


def boxes_of(text_page: Address, indexes: npt.NDArray[np.int32]) -> Boxes:
    """Return the boxes of the characters at `indexes`: left, top, right, bottom in page space, as high as the line."""
    count = len(indexes)
    boxes = np.zeros((count, 4), np.float32)
    first = boxes.ctypes.data
    _run(map(_loose_box, repeat(text_page), indexes.tolist(), range(first, first + 16 * count, 16)))
    return boxes


def text_objects_of(text_page: Address, indexes: npt.NDArray[np.int32]) -> list[Address]:
    """Return the text objects that the characters at `indexes` belong to; 0 for characters that pdfium inferred."""
    return [address or 0 for address in map(_text_object, repeat(text_page), indexes.tolist())]


def fonts_of(objects: Iterable[Address]) -> list[Address]:
    """Return the fonts of text objects; 0 for no object."""
    return [address or 0 for address in map(_font, objects)]


def _run(calls: Iterable[object]) -> None:
    for _ in calls:
        pass


_object = _declare(pdfium.FPDFPage_GetObject, _POINTER, _POINTER, _INT)
_kind = _declare(pdfium.FPDFPageObj_GetType, _INT, _POINTER)
_bounds = _declare(pdfium.FPDFPageObj_GetBounds, _INT, _POINTER, _POINTER, _POINTER, _POINTER, _POINTER)


def path_bounds(page: Address, count: int) -> Boxes:
    """Return the bounds of the paths among a page's first `count` objects: left, bottom, right, top in page space."""
    objects = list(map(_object, repeat(page), range(count)))
    paths = [item for item, kind in zip(objects, map(_kind, objects), strict=True) if kind == pdfium.FPDF_PAGEOBJ_PATH]
    bounds = np.zeros((len(paths), 4), np.float32)
    first = bounds.ctypes.data
    edges = [range(first + offset, first + offset + 16 * len(paths), 16) for offset in (0, 4, 8, 12)]
    _run(map(_bounds, paths, *edges))
    return bounds

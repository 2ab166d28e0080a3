"""Calls pdfium for many characters or objects of a page at once.

pypdfium2 declares pdfium's functions with typed pointers, and releases the interpreter lock around each call. Both take
longer than the call itself. These declarations use plain addresses, and keep the lock: each call takes under a
microsecond, and a file is parsed by one thread.
"""

import ctypes
import math
import threading
from collections import deque
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

Boxes = npt.NDArray[np.float32]
Colors = npt.NDArray[np.int32]
Addresses = npt.NDArray[np.uint64]
Address = int
"""The address of a pdfium object; 0 for none."""

_POINTER = ctypes.c_void_p
_ADDRESS = ctypes.c_size_t
"""A pointer that is returned as a number: 0, not None, for none."""
_INT = ctypes.c_int

_MAX_CLIP_PATHS = 8
_RECTANGLE = 5
"""The most segments of a rectangle: a start, four lines."""


def _declare(function: object, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(function, _POINTER).value  # type: ignore[arg-type]  # a function of a library can be cast
    return ctypes.PYFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]  # only a null function has no address


# ctypes passes numbers and pointers faster if the parameters have no declared types. A number is passed as an int.
_loose_box = _declare(pdfium.FPDFText_GetLooseCharBox, _INT)
_text_object = _declare(pdfium.FPDFText_GetTextObject, _ADDRESS)
_is_generated = _declare(pdfium.FPDFText_IsGenerated, _INT)
_page_object = _declare(pdfium.FPDFPage_GetObject, _ADDRESS)
_font = _declare(pdfium.FPDFTextObj_GetFont, _ADDRESS, _POINTER)
_ascent = _declare(pdfium.FPDFFont_GetAscent, _INT, _POINTER, ctypes.c_float, _POINTER)
_descent = _declare(pdfium.FPDFFont_GetDescent, _INT, _POINTER, ctypes.c_float, _POINTER)
_render_mode = _declare(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _POINTER)
_fill_color = _declare(pdfium.FPDFPageObj_GetFillColor, _INT, *[_POINTER] * 5)
_form_object = _declare(pdfium.FPDFFormObj_GetObject, _ADDRESS, _POINTER, ctypes.c_ulong)
_object_type = _declare(pdfium.FPDFPageObj_GetType, _INT, _POINTER)
_draw_mode = _declare(pdfium.FPDFPath_GetDrawMode, _INT, _POINTER, _POINTER, _POINTER)
_clip_path = _declare(pdfium.FPDFPageObj_GetClipPath, _ADDRESS, _POINTER)
_clip_count = _declare(pdfium.FPDFClipPath_CountPaths, _INT, _POINTER)
_clip_segments = _declare(pdfium.FPDFClipPath_CountPathSegments, _INT, _POINTER, _INT)
_clip_segment = _declare(pdfium.FPDFClipPath_GetPathSegment, _ADDRESS, _POINTER, _INT, _INT)
_point = _declare(pdfium.FPDFPathSegment_GetPoint, _INT, _POINTER, _POINTER, _POINTER)
_bounds = _declare(pdfium.FPDFPageObj_GetBounds, _INT, *[_POINTER] * 5)


class _BoxRoom(threading.local):
    """Room for the boxes of a thread's next calls, with a pointer to each: pointers made before halve a call's time."""

    def __init__(self) -> None:
        self.boxes = np.zeros((1024, 4), np.float32)
        first = self.boxes.ctypes.data
        self.slots = list(map(_POINTER, range(first, first + self.boxes.nbytes, 16)))


_box_room = _BoxRoom()


def address_of(pointer: object) -> Address:
    return ctypes.cast(pointer, _POINTER).value or 0  # type: ignore[arg-type]  # any of pypdfium2's pointer types


def boxes_of(text_page: Address, indexes: npt.NDArray[np.int32]) -> Boxes:
    """Return the boxes of the characters at `indexes`: left, top, right, bottom in page space, as high as the line."""
    boxes = np.empty((len(indexes), 4), np.float32)
    page, room, slots = _POINTER(text_page), _box_room.boxes, _box_room.slots
    for start in range(0, len(indexes), len(slots)):
        part = indexes[start : start + len(slots)].tolist()
        room[: len(part)] = 0
        _run(map(_loose_box, repeat(page), part, slots))
        boxes[start : start + len(part)] = room[: len(part)]
    return boxes


def text_objects_of(text_page: Address, indexes: npt.NDArray[np.int32]) -> Addresses:
    """Return the text objects that the characters at `indexes` belong to; 0 for characters that pdfium inferred."""
    return np.fromiter(map(_text_object, repeat(_POINTER(text_page)), indexes.tolist()), np.uint64, len(indexes))


def are_inferred(text_page: Address, indexes: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Return which characters aren't in the file: pdfium inferred them from gaps."""
    return np.fromiter(map(_is_generated, repeat(_POINTER(text_page)), indexes.tolist()), bool, len(indexes))


def fonts_of(objects: Addresses) -> Addresses:
    """Return the fonts of text objects; 0 for no object."""
    return np.fromiter(map(_font, objects.tolist()), np.uint64, len(objects))


def font_edges_of(font: Address) -> tuple[float, float]:
    """Return how far a font reaches above and below the baseline, for type of size 1. The second is negative."""
    edges = (ctypes.c_float * 2)()
    first = ctypes.addressof(edges)
    _ascent(font, 1.0, first)
    _descent(font, 1.0, first + 4)
    return edges[0], edges[1]


def render_modes_of(objects: Addresses) -> npt.NDArray[np.int8]:
    """Return the text rendering modes of text objects (ISO 32000-1 table 106); -1 for no object."""
    return np.fromiter(map(_render_mode, objects.tolist()), np.int8, len(objects))


def fill_colors_of(objects: Addresses) -> Colors:
    """Return the fill colours of objects (red, green, blue, alpha; 0 to 255). It is opaque black if there is none."""
    count = len(objects)
    colors = np.zeros((count, 4), np.uint32)
    colors[:, 3] = 255
    first = colors.ctypes.data
    end = first + 16 * count
    _run(
        map(
            _fill_color,
            objects.tolist(),
            range(first, end, 16),
            range(first + 4, end, 16),
            range(first + 8, end, 16),
            range(first + 12, end, 16),
        )
    )
    return colors.astype(np.int32)


def are_filled(paths: Addresses) -> npt.NDArray[np.bool_]:
    """Return which paths are filled."""
    modes = np.zeros((len(paths), 2), np.int32)
    first = modes.ctypes.data
    end = first + 8 * len(paths)
    _run(map(_draw_mode, paths.tolist(), range(first, end, 8), range(first + 4, end, 8)))
    filled: npt.NDArray[np.bool_] = modes[:, 0] != 0
    return filled


def page_objects_of(page: Address, count: int) -> Addresses:
    """Return the first `count` objects of a page in the order in which they are drawn."""
    return np.fromiter(map(_page_object, repeat(_POINTER(page)), range(count)), np.uint64, count)


def form_objects_of(form: Address, count: int) -> Addresses:
    """Return the first `count` objects of a form object in the order in which they are drawn."""
    return np.fromiter(map(_form_object, repeat(form), range(count)), np.uint64, count)


def types_of(objects: Addresses) -> npt.NDArray[np.int8]:
    """Return the types of page objects, pdfium's FPDF_PAGEOBJ_…"""
    return np.fromiter(map(_object_type, objects.tolist()), np.int8, len(objects))


def bounds_of(objects: Addresses) -> Boxes:
    """Return the boxes of page objects: left, top, right, bottom in the space of their page or form."""
    count = len(objects)
    boxes = np.zeros((count, 4), np.float32)
    first = boxes.ctypes.data
    end = first + 16 * count
    _run(
        map(
            _bounds,
            objects.tolist(),
            range(first, end, 16),
            range(first + 12, end, 16),
            range(first + 8, end, 16),
            range(first + 4, end, 16),
        )
    )
    return boxes


def clip_box_of(item: Address) -> tuple[float, float, float, float] | None:
    """Return the box (left, top, right, bottom) of an object's clip paths in the space of its page or form, or None.

    A path counts as the rectangle between its first and third point, which it is unless it clips to another shape.
    """
    path = _clip_path(item)
    count = min(_clip_count(path), _MAX_CLIP_PATHS)
    if count <= 0:
        return None
    left, top, right, bottom = -math.inf, math.inf, math.inf, -math.inf
    points = (ctypes.c_float * 4)()
    first = ctypes.addressof(points)
    for index in range(count):
        if 4 <= _clip_segments(path, index) <= _RECTANGLE:
            _point(_clip_segment(path, index, 0), first, first + 4)
            _point(_clip_segment(path, index, 2), first + 8, first + 12)
            x0, y0, x1, y1 = points
            left, right = max(left, min(x0, x1)), min(right, max(x0, x1))
            bottom, top = max(bottom, min(y0, y1)), min(top, max(y0, y1))
    return left, top, right, bottom


def _run(calls: Iterable[object]) -> None:
    deque(calls, maxlen=0)

"""Reads what a page draws besides text: lines, filled boxes and images, in the order in which they are drawn."""

import ctypes
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import (
    Address,
    Addresses,
    Boxes,
    address_of,
    bounds_of,
    form_objects_of,
    page_objects_of,
    types_of,
)
from workers.parsing.pdf.geometry import Frame, Matrix, joined, transformed

TEXT, PATH, IMAGE, SHADING, FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_SHADING,
    pdfium.FPDF_PAGEOBJ_FORM,
)
THIN = 2.5
"""The maximum thickness of a rule in points."""
_MAX_OBJECTS = 100_000
_MAX_DEPTH = 6
_UNCHANGED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Drawing:
    """The k lines, filled boxes, images and shadings of a page, and the order in which the page draws its objects.

    `addresses` and `types` (k,) are pdfium's, and `boxes` (k, 4) are in points of the displayed page. `order` are the
    addresses of all objects, including text; `places` (k,) are the indexes of the drawn ones in it, and
    `first_text` is that of the first text. `matrices` has the
    matrix of each object that is inside a form.
    """

    addresses: Addresses
    types: npt.NDArray[np.int8]
    boxes: Boxes
    places: npt.NDArray[np.int32]
    first_text: int
    order: Addresses
    matrices: dict[Address, Matrix]

    @cached_property
    def place_of(self) -> dict[Address, int]:
        """The index in `order` of each object."""
        return {address: place for place, address in enumerate(self.order.tolist())}

    @cached_property
    def thin_paths(self) -> npt.NDArray[np.intp]:
        """The indexes of the paths that are at most 2.5 points thick: lines, and boxes that serve as lines."""
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.flatnonzero((sides.min(axis=1) <= THIN) & (self.types == PATH))


def read_drawing(page: pdfium.FPDF_PAGE, frame: Frame) -> Drawing:
    """Return what the page draws. Objects beyond 100,000, and forms inside six other forms, are ignored."""
    order = page_objects_of(address_of(page), min(int(pdfium.FPDFPage_CountObjects(page)), _MAX_OBJECTS))
    types = types_of(order)
    matrices: dict[Address, Matrix] = {}
    if (types == FORM).any():
        order = _flattened(order, types, _UNCHANGED, 0, matrices)
        types = types_of(order)
    is_text = types == TEXT
    places = np.flatnonzero(~is_text)
    addresses = order[places]
    boxes = bounds_of(addresses)
    if matrices:
        for matrix in set(matrices.values()):
            inside = np.array([matrices.get(address) == matrix for address in addresses.tolist()], bool)
            boxes[inside] = transformed(boxes[inside], matrix)
    return Drawing(
        addresses=addresses,
        types=types[places],
        boxes=frame.to_display(boxes),
        places=places.astype(np.int32),
        first_text=int(is_text.argmax()) if is_text.any() else len(order),
        order=order,
        matrices=matrices,
    )


def _flattened(
    objects: Addresses, types: npt.NDArray[np.int8], matrix: Matrix, depth: int, matrices: dict[Address, Matrix]
) -> Addresses:
    """Return the objects with each form replaced by its objects. `matrices` receives the matrices of these."""
    found: list[Addresses] = []
    done = 0
    for place in np.flatnonzero(types == FORM).tolist():
        found.append(objects[done:place])
        done = place + 1
        if depth >= _MAX_DEPTH or len(matrices) > _MAX_OBJECTS:
            continue
        form = int(objects[place])
        inner = form_objects_of(form, _count_form_objects(form))
        inside = joined(_matrix_of(form), matrix)
        matrices.update(dict.fromkeys(inner.tolist(), inside))
        found.append(_flattened(inner, types_of(inner), inside, depth + 1, matrices))
    return np.concatenate([*found, objects[done:]])


def _count_form_objects(form: Address) -> int:
    return min(max(int(pdfium.FPDFFormObj_CountObjects(as_object(form))), 0), _MAX_OBJECTS)


def _matrix_of(form: Address) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(as_object(form), ctypes.byref(matrix))
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def as_object(address: Address) -> pdfium.FPDF_PAGEOBJECT:
    return ctypes.cast(ctypes.c_void_p(address), pdfium.FPDF_PAGEOBJECT)

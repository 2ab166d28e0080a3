"""Reads which characters are bold, and the proportions of their fonts."""

import ctypes
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from workers.parsing.pdf.calls import Address, Addresses, font_edges_of, fonts_of

_FORCE_BOLD = 1 << 18
"""The font descriptor's ForceBold flag (ISO 32000-1 table 123, bit 19)."""
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class FontStyle:
    """`height` is a line's height, and `descent` the part of it below the baseline, both for type of size 1. Both are 0
    if the font doesn't say.
    """

    bold: bool
    height: float
    descent: float


@dataclass(frozen=True, slots=True)
class WordStyles:
    """The styles of n words: `bold`, and `heights` and `descents` for type of size 1 (see FontStyle)."""

    bold: npt.NDArray[np.bool_]
    heights: npt.NDArray[np.float32]
    descents: npt.NDArray[np.float32]


_UNKNOWN = FontStyle(bold=False, height=0.0, descent=0.0)


def styles_of(objects: Addresses) -> WordStyles:
    """Return the styles of characters. `objects` are their text objects; 0 if there is none."""
    known, indexes = np.unique(objects, return_inverse=True)
    return styles_of_words(known, indexes)


def styles_of_words(objects: Addresses, indexes: npt.NDArray[np.intp]) -> WordStyles:
    """Return the styles of words. `indexes` are those of their text objects in `objects`. Each font is read once."""
    fonts = fonts_of(objects).tolist()
    known = {font: place for place, font in enumerate(dict.fromkeys(fonts))}
    styles = [_read_style(font) for font in known]
    found = np.array([known[font] for font in fonts], np.intp)[indexes]
    return WordStyles(
        bold=np.array([style.bold for style in styles], bool)[found],
        heights=np.array([style.height for style in styles], np.float32)[found],
        descents=np.array([style.descent for style in styles], np.float32)[found],
    )


def _read_style(address: Address) -> FontStyle:
    if not address:
        return _UNKNOWN
    font = ctypes.cast(ctypes.c_void_p(address), pdfium.FPDF_FONT)
    ascent, descent = font_edges_of(address)
    if ascent <= descent:
        return FontStyle(bold=_is_bold(font), height=0.0, descent=0.0)
    return FontStyle(bold=_is_bold(font), height=ascent - descent, descent=-descent)


def _is_bold(font: pdfium.FPDF_FONT) -> bool:
    """Return whether a font is bold by its name, weight or flags."""
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFFont_GetBaseFontName(font, name, 256)
    lowered = name.value.lower()
    if any(part in lowered for part in (b"bold", b"black", b"heavy", b"demi")):
        return True
    return int(pdfium.FPDFFont_GetWeight(font)) >= _BOLD_WEIGHT or bool(
        int(pdfium.FPDFFont_GetFlags(font)) & _FORCE_BOLD
    )

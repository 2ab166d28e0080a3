"""The kinds of faults, each with the functions that make its variants, and the formats that it occurs in."""

from collections.abc import Callable, Mapping
from random import Random

from evals.datasets.variants import figures, headings, marks, pages, unseen, versions
from evals.datasets.variants.making import HTML, PDF, Variant

Make = Callable[[Random, str], Variant]
_BOTH = (HTML, PDF)

KINDS: Mapping[str, tuple[tuple[Make, tuple[str, ...]], ...]] = {
    "another issuer's number for a named issuer": ((versions.another_issuer, _BOTH),),
    "a table takes the heading of the table above it": ((headings.bleeding_heads, _BOTH),),
    "spanning heads of uneven width": ((headings.spanning_heads, _BOTH), (headings.change_columns, _BOTH)),
    "footnote marks glued to figures, labels or years": ((marks.footnote_marks, _BOTH),),
    "units line not understood": ((figures.units_lines, _BOTH), (figures.exceptions_of_scale, _BOTH)),
    "European number formats": ((figures.number_formats, _BOTH),),
    "minus signs lost": ((figures.minus_signs, _BOTH),),
    "decimals without a leading zero": ((figures.leading_decimals, _BOTH),),
    "quarters and half-years read as the year": ((headings.quarters, _BOTH),),
    "text that nobody sees is read": ((unseen.hidden_text, _BOTH),),
    "two text layers": ((unseen.two_layers, (PDF,)),),
    "note numbers taken as values": ((marks.note_columns, _BOTH),),
    "original and amended figures not told apart": ((versions.amendment, _BOTH),),
    "ratios, multiples and basis points in tables": ((figures.ratios, _BOTH),),
    "empty cells": ((figures.empty_cells, _BOTH),),
    "table continued on the next page": ((pages.across_pages, (PDF,)),),
    "words run together": ((pages.words_apart, (PDF,)),),
    "lines stacked in one cell": ((marks.stacked_lines, _BOTH),),
    "answers from what was replaced": ((versions.replacement, _BOTH),),
    "two currencies in one table": ((headings.two_currencies, _BOTH),),
    "columns of prose read across": ((pages.prose_columns, (PDF,)),),
}


def make_variant(fault: str, form: str, source: Random) -> Variant:
    """Make a variant of a kind of fault in a format in which it occurs."""
    makes = [make for make, forms in KINDS[fault] if form in forms]
    return source.choice(makes)(source, form)


def formats_of(fault: str) -> tuple[str, ...]:
    """Return the formats in which a kind of fault occurs."""
    return tuple(form for form in _BOTH if any(form in forms for _, forms in KINDS[fault]))

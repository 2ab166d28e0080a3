"""Rules that read the fields of credit agreements. Importing the package registers them."""

from workers.extraction.fields.credit import (
    amendments,
    covenants,
    ebitda,
    facilities,
    floors,
    law,
    margins,
    maturities,
    opening,
    sublimits,
)

__all__ = (
    "amendments",
    "covenants",
    "ebitda",
    "facilities",
    "floors",
    "law",
    "margins",
    "maturities",
    "opening",
    "sublimits",
)

"""Rules that read the fields of notes offerings. Importing the package registers them."""

from workers.extraction.fields.offering import covenants, issuer, redemption, series, terms

__all__ = ("covenants", "issuer", "redemption", "series", "terms")

"""Errors of search."""

from app.core.errors import UnavailableError


class EmbeddingSpaceMissingError(UnavailableError):
    code = "embedding-space-missing"
    ends_by_itself = False
    title = "The database has no embedding space for the configured model yet: run the migrations, or 'footnote up'."

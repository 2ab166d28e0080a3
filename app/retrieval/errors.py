"""Errors of retrieval."""

from app.core.errors import UnavailableError


class EmbeddingSpaceMissingError(UnavailableError):
    code = "embedding-space-missing"
    title = "The configured embedding model has no space in this database yet: run the migrations, or 'footnote up'."

"""Extracts a document's metadata from its parsed pages."""

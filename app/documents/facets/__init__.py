"""Facet counts and suggestions for filter fields."""

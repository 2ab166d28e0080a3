"""Reads the tables of a parsed document: headings, labels, units, typed values, periods and footnotes."""

from workers.extraction.tables.reading import read_tables

__all__ = ["read_tables"]

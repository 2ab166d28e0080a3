"""Reads the fields of current reports: items, dates, amounts and exhibits."""

"""Reads the fields of annual and quarterly reports: lines of statements, segments, debt and guidance."""

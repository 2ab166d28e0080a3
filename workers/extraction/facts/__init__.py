"""Reads the facts of a parsed document."""

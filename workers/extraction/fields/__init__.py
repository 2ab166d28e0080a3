"""Reads the fields of schemas in parsed documents, with evidence and a confidence for each."""

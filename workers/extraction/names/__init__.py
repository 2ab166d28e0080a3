"""Reads the names that a document gives: of its issuer, of other registrants, and their identifiers."""

"""Schemas: the fields to extract from one kind of document."""

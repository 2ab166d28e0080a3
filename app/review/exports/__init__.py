"""Exports of fields: the answers for documents, with their evidence, as tables for other programs."""

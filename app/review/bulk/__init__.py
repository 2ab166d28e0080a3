"""Bulk approval: one revision a value, after a preview, and reversible."""

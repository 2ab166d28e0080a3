"""Decisions: stored, made in bulk, and the machine's proposals, which are revisions, too."""

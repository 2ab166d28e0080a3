"""Lists of changes: previewed, or made all or none."""

"""Lists of policy changes: previewed, or applied all or none."""

"""Preview a list of policy changes, or apply all of them in one transaction."""

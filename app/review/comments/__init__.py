"""Comments on fields, which may mention reviewers."""

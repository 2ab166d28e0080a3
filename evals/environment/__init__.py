"""The environment of suites: running instances of Footnote, ingested documents, and recorded or live models."""

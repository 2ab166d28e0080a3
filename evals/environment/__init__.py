"""The environment of suites: running Footnotes with stores of documents, and recorded or live models."""

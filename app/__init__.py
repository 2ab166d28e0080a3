"""Footnote's application: the API, the web pages, the CLI, and the domain that workers and evals share."""

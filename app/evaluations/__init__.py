"""Runs of eval suites: their published records, and comparisons of two runs."""

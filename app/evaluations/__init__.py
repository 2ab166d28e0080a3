"""Runs of eval suites: what is recorded of them, and how two of them compare."""

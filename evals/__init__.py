"""Offline evaluation: suites, datasets, scorers and reports."""

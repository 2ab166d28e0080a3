"""Data for suites: readers, importers, and the project's own data sets."""

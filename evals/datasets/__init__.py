"""Data for suites: reading and importing it, and the project's own data sets."""

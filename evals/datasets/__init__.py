"""Data that suites run on, and the sample documents of a fictional issuer."""

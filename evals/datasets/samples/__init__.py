"""The sample documents of a fictional issuer."""

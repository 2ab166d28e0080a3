"""The stages of an ingestion, and their runner. A stage works without a transaction; then the runner writes the result
once.
"""

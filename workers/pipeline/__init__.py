"""The stages of an ingestion, and their runner. Stages work without a transaction; the runner then writes once."""

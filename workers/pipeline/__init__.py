"""The stages of an ingestion and their runner, which works outside transactions and writes once, under the lease."""

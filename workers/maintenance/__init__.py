"""Periodic maintenance of each tenant's data. It is independent of ingestion runs."""

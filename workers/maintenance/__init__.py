"""Periodic maintenance, tenant by tenant, independent of ingestion runs."""

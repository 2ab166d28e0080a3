"""The stages of an ingestion, and what runs them: claim, work with no transaction open, write once, under the lease."""

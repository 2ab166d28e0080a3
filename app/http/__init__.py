"""Shared parts of all endpoints: principal, problems, idempotency, conditional requests, limits, pages, OpenAPI."""

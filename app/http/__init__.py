"""What every endpoint needs: the principal, problems, idempotency, conditional requests, limits, pages, OpenAPI."""

"""Observability for operators: logs without secrets or document text, metrics without tenants, and traces."""

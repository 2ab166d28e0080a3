"""Identity: tenants, users, groups and API keys; authentication of requests."""

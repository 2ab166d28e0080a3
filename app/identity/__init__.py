"""Identity: tenants, users, groups and keys, and who a request comes from."""

"""Who must agree on values: the tenant's rules beside those of the schemas."""

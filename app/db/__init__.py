"""The database: engines, roles, sessions with a principal, and the context for row-level security."""

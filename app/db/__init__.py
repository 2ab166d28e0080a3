"""The database: engines, sessions that know their principal, roles, and what row-level security needs."""

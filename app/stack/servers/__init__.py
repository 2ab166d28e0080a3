"""The servers of a single machine: PostgreSQL and Valkey."""

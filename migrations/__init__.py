"""The revisions of the schema (Alembic)."""

"""The single-machine stack: PostgreSQL and Valkey from wheels, and Footnote's processes, under one supervisor."""

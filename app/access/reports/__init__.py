"""Reports on access: who may read which documents, and why."""

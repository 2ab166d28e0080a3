"""The audit log: what matters is written in the same transaction as what it tells of."""

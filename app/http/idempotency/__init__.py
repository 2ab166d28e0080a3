"""`Idempotency-Key` on every POST."""

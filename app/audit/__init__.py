"""The audit log: each event is recorded in the same transaction as the change or read that it describes."""

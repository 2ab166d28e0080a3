"""The hash chain of the audit log, and its signed checkpoints."""

"""The chain of the log's hashes, and its signed checkpoints."""

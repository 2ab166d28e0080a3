"""Earlier questions of a user: found by words, and exported with their sources."""

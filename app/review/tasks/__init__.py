"""The queue: tasks, claims with leases, and assignment."""

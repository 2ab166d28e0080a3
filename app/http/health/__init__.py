"""Health checks and metrics of the process."""

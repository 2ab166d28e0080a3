"""What operators see: logs without secrets or document text, metrics without tenants, traces from API to worker."""

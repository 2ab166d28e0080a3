"""What everything may use and what uses nothing of ours: errors, ids, clock, principal, pagination."""

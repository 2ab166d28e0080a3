"""Collections and grants."""

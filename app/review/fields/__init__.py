"""Fields of tasks, now and at any past moment."""

"""Views: filters of the queue that a user saved."""

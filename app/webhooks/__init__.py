"""Webhooks: changes of the feed, sent to the address of a user."""

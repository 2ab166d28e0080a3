"""Issuers that a user watches, and what is new since the user's last visit."""

"""File uploads."""

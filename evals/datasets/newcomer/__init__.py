"""Sixty questions in a new user's words about twenty fictional filings, with the answers that a check can decide."""

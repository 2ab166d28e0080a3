"""Scorers: checks that need no judge, written apart from the product's own verification."""

"""Scorers: checks without a judge, independent of the product's own verification."""

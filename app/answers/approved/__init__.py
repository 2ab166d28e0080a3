"""Answers from values that editors approved."""

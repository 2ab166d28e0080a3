"""Answers from the parts of one table: each segment, region or product, and which of them is first or last."""

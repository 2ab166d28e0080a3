"""Understand a follow-up question as a complete one, from what came before in its conversation."""

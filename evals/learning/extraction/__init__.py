"""Learns how sure the readings of fields are: shares of right readings by grade, and curves over clauses' scores."""

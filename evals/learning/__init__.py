"""Learns the model of line items (`app.facts.items`) from filings that tag their statements."""

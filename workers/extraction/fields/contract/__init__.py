"""Rules for commercial contracts: names, parties, dates, terms, governing law, and clauses that are there or not."""

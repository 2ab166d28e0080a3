"""Answer questions for figures without a model: from a question to a formula, its cells, and the arithmetic."""

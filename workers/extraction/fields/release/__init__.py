"""Reads what earnings releases have beside the lines of statements: measures outside GAAP."""

"""Parse numbers, units, scales, money, dates and fiscal periods. No other package parses these from text."""

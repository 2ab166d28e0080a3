"""The one place that turns text into numbers, units, scales, money, dates and fiscal periods."""

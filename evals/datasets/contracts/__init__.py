"""Fictional commercial contracts with labels: the own data of the suite `extraction`."""

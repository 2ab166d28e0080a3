"""Formulas over facts: a small language, a registry of the field's measures, and evaluation."""

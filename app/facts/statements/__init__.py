"""Reads facts from tables: which tables are statements, what their rows and columns mean, and which checks hold."""

from app.facts.statements.about import About
from app.facts.statements.reading import read_facts

__all__ = ["About", "read_facts"]

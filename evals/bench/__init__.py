"""Figures of speed and memory, each beside a reference measured in the same run, because machines differ."""

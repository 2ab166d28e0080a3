"""Benchmarks of speed and memory. Each run also measures a reference on its machine, because machines differ."""

"""Benchmarks of speed and memory. Each run also measures a reference, because machines differ."""

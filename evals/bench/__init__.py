"""Benchmarks of speed and memory. Each measures a reference in the same run, because machines differ."""

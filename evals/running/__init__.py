"""Runs suites: the contract of a suite, runs and their records, baselines and the gate."""

"""Data that suites run on: how it is read and imported, and the sets that we make ourselves."""

"""A small client of Footnote's API, which the command line, the demo and the benchmarks use."""

"""A small client of Footnote's own API, for the command line, the demo and benchmarks."""

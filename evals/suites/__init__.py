"""The suites. Each suite measures one property of the system on a given data set."""

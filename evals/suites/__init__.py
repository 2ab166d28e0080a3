"""The suites: each measures one property of the system on a given data set."""

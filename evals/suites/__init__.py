"""The suites: each measures one thing on data that is given."""

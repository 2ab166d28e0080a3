"""Facts of the ledger: line items with periods and values, each with its source cell."""

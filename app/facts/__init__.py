"""The ledger's facts: line items with periods and values, each on the cell it was read from."""

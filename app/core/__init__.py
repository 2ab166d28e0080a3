"""Values that every package may use: errors, ids, clock, principal, pagination. It imports no other package."""

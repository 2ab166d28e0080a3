"""Values that every package may use: errors, ids, clock, principal, pagination. Imports nothing else of the app."""

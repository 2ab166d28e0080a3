"""What the last filing of the same issuer and type had for the same fields."""

"""What search reads: terms, vectors, signatures and graphs."""

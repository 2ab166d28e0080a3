"""The search index: terms, vectors, signatures and graphs."""

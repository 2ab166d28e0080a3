"""Access: collections, and the grants that open them or single documents."""

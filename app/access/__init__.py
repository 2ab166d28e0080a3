"""Access: collections, and the grants, labels and exclusions that decide who may read them."""

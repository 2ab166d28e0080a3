"""What the pages of documents show from several features: outlines, found passages, and what a deletion ends."""

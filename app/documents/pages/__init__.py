"""Pages of documents: text, words and images."""

"""Pages, as text, words and images."""

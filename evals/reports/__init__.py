"""Reports on runs and comparisons, for people and machines: JSON, Markdown, HTML and plots."""

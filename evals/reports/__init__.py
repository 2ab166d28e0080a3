"""Reports on runs and comparisons: JSON, Markdown, HTML and plots."""

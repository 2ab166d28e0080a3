"""The commands of `footnote eval`, one module each."""

"""The commands of `footnote eval`, a module each."""

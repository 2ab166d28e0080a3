"""The checks of `footnote doctor`."""

"""The commands of `footnote`, one module for each subject; `app.cli` registers them."""

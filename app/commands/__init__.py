"""The commands of `footnote`, one module a subject; `app.cli` puts them together."""

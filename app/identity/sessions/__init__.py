"""Sessions of the pages."""

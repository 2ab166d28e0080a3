"""HTML, with inline XBRL."""

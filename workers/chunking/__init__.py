"""Cuts parsed pages into chunks. A chunk is a passage of one page; it begins at a heading or a table where possible."""

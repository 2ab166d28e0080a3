"""Cuts parsed pages into chunks: passages of one page that begin and end with headings and tables where possible."""

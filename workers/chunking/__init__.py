"""Cuts parsed pages into chunks: passages of one page, cut where headings and tables begin and end."""

"""The content of a parsed document: pages, chunks, table rows, statement titles, and the encoding."""

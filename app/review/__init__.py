"""The editors' desk: what to extract from documents, what the machine proposes, and what editors decide."""

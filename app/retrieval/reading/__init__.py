"""Reading one document: its outline, its pages' printed numbers, and words inside it."""

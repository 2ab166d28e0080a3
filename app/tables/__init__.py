"""Tables of documents: cells with spans, header path, label path and typed value."""

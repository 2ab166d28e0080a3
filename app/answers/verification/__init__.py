"""Check drafted claims against the cited pages."""

"""What the machine reads wrong."""

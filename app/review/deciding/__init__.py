"""What a decision does to a field, and who may make it. Pure."""

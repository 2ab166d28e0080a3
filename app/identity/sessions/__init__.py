"""The pages' sessions."""

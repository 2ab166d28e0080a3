"""Fictional credit agreements and notes offerings with their terms, in many layouts and wordings."""

"""Learns the weights of the ranker (`app.retrieval.ranker`) from made questions with known pages."""

"""The ports to language models (embeddings and chat), their adapters, prompt files, token and cost accounting."""

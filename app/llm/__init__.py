"""Two ports to language models: embeddings and chat. Also adapters, prompt files, token and cost accounting."""

"""Models behind two ports: embeddings and chat. Adapters, prompt files, and the accounting of tokens and cost."""

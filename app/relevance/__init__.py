"""How well a text answers a question: the port, and the model that serves it on this machine."""

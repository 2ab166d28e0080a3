"""The web pages: rendered by the server, with a little plain JavaScript that calls the API under /v1."""

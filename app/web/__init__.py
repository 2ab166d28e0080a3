"""The web page: server-rendered, with a little plain JavaScript that speaks to the API under /v1."""

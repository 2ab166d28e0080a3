"""Draft answers: the model writer, the built-in extractive writer, and the choice between them."""

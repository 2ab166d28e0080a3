"""The project's own question set: fictional issuers with two annual reports each."""

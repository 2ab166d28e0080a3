"""The project's own set of questions: fictional issuers, two annual reports each."""

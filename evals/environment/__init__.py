"""What suites run on: Footnotes with stores of documents, models recorded and live."""

"""Issuers as entities: names and identifiers over all documents, and editors' changes of them."""

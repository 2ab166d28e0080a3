"""A contract is known by its title and by the sentence that names its parties."""

import pytest

from app.documents.metadata import DocumentType
from workers.extraction.metadata import read_metadata

SUPPLY = """SUPPLY AGREEMENT

This Supply Agreement (the "Agreement") is entered into as of 4 March 2031 by and between Juniper Tool Works, Inc., a
Delaware corporation ("Supplier"), and Zephyrine Properties, Inc. ("Buyer").

1. Supply. Supplier sells tools to Buyer.
"""
MEMO = """MEMO

The Supply Agreement with Zephyrine Properties, Inc. ends in March. We should write to them, and to the other
suppliers, before the year is over.
"""


@pytest.mark.parametrize("filename", ["upload.pdf", "FORM 10-K exhibit.pdf"])
def test_contract_has_its_type_and_its_name_as_title(make_document, filename):
    metadata = read_metadata(make_document(SUPPLY, "2. Price."), filename)
    assert metadata.document_type is DocumentType.CONTRACT
    assert metadata.title.endswith("Supply Agreement")
    source = metadata.sources["document_type"]
    assert SUPPLY[source.start : source.end] == source.quote
    assert source.quote.casefold() == "supply agreement"


def test_text_about_a_contract_is_no_contract(make_document):
    assert read_metadata(make_document(MEMO), "memo.txt").document_type is DocumentType.OTHER

"""A fixture that builds documents without layout from page texts."""

from collections.abc import Callable

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words


@pytest.fixture
def make_document() -> Callable[..., ParsedDocument]:
    """Return a function that builds a document from one text per page. In property names, `__` stands for `:`."""

    def make(*texts: str, **properties: str) -> ParsedDocument:
        pages = tuple(ParsedPage(n, text, 0, 0, Words.none(), ()) for n, text in enumerate(texts, 1))
        named = {name.replace("__", ":"): value for name, value in properties.items()}
        return ParsedDocument("text/plain", "test", pages, properties=named)

    return make

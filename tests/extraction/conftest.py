"""Documents of given pages of text, without layout."""

from collections.abc import Callable

import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words


@pytest.fixture
def make_document() -> Callable[..., ParsedDocument]:
    """Builds a document of one text a page, with the properties given by name (`__` stands for `:`)."""

    def make(*texts: str, **properties: str) -> ParsedDocument:
        pages = tuple(ParsedPage(n, text, 0, 0, Words.none(), ()) for n, text in enumerate(texts, 1))
        named = {name.replace("__", ":"): value for name, value in properties.items()}
        return ParsedDocument("text/plain", "test", pages, properties=named)

    return make

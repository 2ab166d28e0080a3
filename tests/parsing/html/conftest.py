"""Reads HTML written in a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents.content.parsed import ParsedDocument
from workers.parsing.html.document import parse_html


@pytest.fixture
def read_html(tmp_path: Path) -> Callable[[str | bytes], ParsedDocument]:
    def read(source: str | bytes) -> ParsedDocument:
        path = tmp_path / "file.html"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return parse_html(path)

    return read

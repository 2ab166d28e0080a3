"""Reads files as the pipeline does, in this process: a sandboxed child parses a file, and its tables are read.

Measurements of many files use it in processes of their own (`reading_pool`), because reading needs one core.
"""

import atexit
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.tables.model import Table
from evals.environment.provenance import count_cores
from workers.extraction.metadata import read_metadata
from workers.extraction.tables import read_tables
from workers.parsing.reader import ParsingSandbox

_open: list[ParsingSandbox] = []


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A file as it was read: its pages, its tables, and what is known about it."""

    parsed: ParsedDocument
    tables: tuple[Table, ...]
    metadata: DocumentMetadata

    @property
    def pages(self) -> dict[int, str]:
        """The texts of the pages by number."""
        return {page.number: page.text for page in self.parsed.pages}


def read_document(path: Path) -> ReadDocument:
    """Parse a file and read its tables. Raises the DocumentErrors of `workers.parsing.errors`."""
    parsed = _sandbox().parse_document(path, filename=path.name)
    metadata = read_metadata(parsed, path.name)
    return ReadDocument(parsed, read_tables(parsed, metadata), metadata)


def read_page_metadata(path: Path) -> tuple[dict[int, str], DocumentMetadata, float]:
    """Parse a file and read its metadata, not its tables. Return the texts of its pages, the metadata, and the seconds
    that reading the metadata took. The file's name is hidden.

    Raises the DocumentErrors of `workers.parsing.errors`.
    """
    parsed = _sandbox().parse_document(path, filename=path.name)
    began = time.perf_counter()
    metadata = read_metadata(parsed, f"document{path.suffix}")
    seconds = time.perf_counter() - began
    return {page.number: page.text for page in parsed.pages}, metadata, seconds


@contextmanager
def reading_pool() -> Iterator[ProcessPoolExecutor]:
    """Open as many processes as there are cores. Each has its own sandbox."""
    with ProcessPoolExecutor(count_cores(), mp_context=get_context("spawn")) as pool:
        yield pool


def _sandbox() -> ParsingSandbox:
    """Return the sandbox of this process, which is opened when the process first reads a file."""
    if not _open:
        _open.append(ParsingSandbox())
        atexit.register(_open[0].close)
    return _open[0]

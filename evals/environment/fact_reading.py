"""Reads the facts of a file as the pipeline does, in this process."""

from app.facts.model import Fact
from evals.environment.reading import ReadDocument
from workers.extraction.facts.reading import read_document_facts


def facts_of(document: ReadDocument) -> tuple[Fact, ...]:
    """Return the facts of a document that was read."""
    return tuple(read_document_facts(document.parsed, document.tables, document.metadata))

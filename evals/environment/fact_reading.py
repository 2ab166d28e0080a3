"""Reads the facts of a file as the pipeline does, in this process."""

from functools import lru_cache
from pathlib import Path

from app.facts.items.model import ItemModel
from app.facts.model import Fact
from evals.environment.reading import ReadDocument
from workers.extraction.facts.reading import read_document_facts


def facts_of(document: ReadDocument, model: Path | None = None) -> tuple[Fact, ...]:
    """Return the facts of a document. `model` is the file of another model of items than the shipped one."""
    items = None if model is None else _read_model(model)
    return tuple(read_document_facts(document.parsed, document.tables, document.metadata, items))


@lru_cache(maxsize=8)
def _read_model(path: Path) -> ItemModel:
    return ItemModel.read(path)

"""Reads the fields of texts and of made agreements."""

from functools import cache
from pathlib import Path

import workers.extraction.fields.credit
import workers.extraction.fields.offering  # noqa: F401  both register rules
from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata
from app.review.proposals import Proposal
from app.review.schemas.definition import shipped_schema
from evals.datasets.agreements.making import draw_made
from workers.extraction.fields.reader import FieldReader, ReadDocument
from workers.parsing.html.document import parse_html


def read_texts(schema: str, key: str, *texts: str) -> Proposal:
    """Return what is read for one field from pages of these texts."""
    pages = tuple(ParsedPage(at, text, 612, 792, Words.none(), ()) for at, text in enumerate(texts, start=1))
    return _read(schema, ParsedDocument("application/pdf", "test", pages), (key,))[key]


def _read(schema: str, parsed: ParsedDocument, keys: tuple[str, ...]) -> dict[str, Proposal]:
    fields = [spec for spec in shipped_schema(schema).fields if spec.key in keys]
    document = ReadDocument(parsed, (), (), DocumentMetadata(title="Test"))
    return {proposal.key: proposal for proposal in FieldReader().read(document, fields)}


@cache
def read_made(schema: str, layout: str, seed: int, folder: Path) -> dict[str, Proposal]:
    """Return what is read for the judged fields of a made agreement, printed as HTML."""
    made = draw_made(schema, layout, seed)
    path = folder / "made.html"
    path.write_bytes(made.as_html())
    return _read(schema, parse_html(path), tuple(made.truth))

"""Draws agreements by seed, and writes them with their true fields."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from app.review.value_codec import encode_value
from app.review.values import Value
from evals.datasets.agreements.blocks import Block, print_html, print_pdf
from evals.datasets.agreements.credit_layouts import CREDIT_LAYOUTS
from evals.datasets.agreements.credit_truth import credit_truth
from evals.datasets.agreements.offering_layouts import OFFERING_LAYOUTS
from evals.datasets.agreements.offering_truth import offering_truth

FIELDS: Final = "made-fields.jsonl"
DOCUMENTS: Final = "documents"
CREDIT, OFFERING = "credit-agreement", "notes-offering"
HTML, PDF = ".html", ".pdf"


@dataclass(frozen=True, slots=True)
class MadeAgreement:
    """A document's parts and the true values of the fields of `schema` that are judged."""

    name: str
    schema: str
    layout: str
    blocks: tuple[Block, ...]
    truth: dict[str, Value | None]

    def as_html(self) -> bytes:
        return print_html(self.blocks)

    def as_pdf(self) -> bytes:
        columns = 2 if self.layout in ("numbered-columns", "two-columns") else 1
        return print_pdf(self.blocks, footer=self.name, columns=columns, is_a4="british" in self.layout)


def layouts(schema: str) -> Sequence[str]:
    """Return the names of the schema's layouts."""
    return tuple(CREDIT_LAYOUTS if schema == CREDIT else OFFERING_LAYOUTS)


def draw_made(schema: str, layout: str, seed: int) -> MadeAgreement:
    """Draw an agreement. The same seed draws the same one."""
    source = Random(f"{schema} {layout} {seed}")  # noqa: S311  fictional documents
    if schema == CREDIT:
        terms, title, blocks = CREDIT_LAYOUTS[layout](source)
        truth = credit_truth(terms, title, layout)
    else:
        _, printer, blocks = OFFERING_LAYOUTS[layout](source)
        truth = offering_truth(printer)
    return MadeAgreement(f"{layout}-{seed}", schema, layout, tuple(blocks), truth)


def write_agreements(
    folder: Path,
    *,
    seeds: Sequence[int],
    schemas: Sequence[str] = (CREDIT, OFFERING),
    suffixes: Sequence[str] = (HTML, PDF),
) -> list[Path]:
    """Write each layout once per seed and suffix, with their fields. Each run writes the same bytes."""
    documents = folder / DOCUMENTS
    documents.mkdir(parents=True, exist_ok=True)
    lines, written = [], []
    for schema in schemas:
        for layout in layouts(schema):
            for seed in seeds:
                made = draw_made(schema, layout, seed)
                for suffix in suffixes:
                    data = made.as_html() if suffix == HTML else made.as_pdf()
                    path = documents / f"{schema}-{made.name}{suffix}"
                    path.write_bytes(data)
                    written.append(path)
                    lines += [json.dumps(_line(path.name, made, key, value)) for key, value in made.truth.items()]
    (folder / FIELDS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return written


def _line(name: str, made: MadeAgreement, key: str, value: Value | None) -> dict[str, Any]:
    return {
        "document": name,
        "schema_key": made.schema,
        "layout": made.layout,
        "field": key,
        "value": None if value is None else encode_value(value),
    }

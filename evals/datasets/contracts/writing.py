"""Writes the fictional contracts of `contracts.yaml` as HTML, with their labels."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from evals.datasets.extraction import DOCUMENTS, LABELS

NOTICE = "Made for testing software. The parties and their contract are fictional."


@dataclass(frozen=True, slots=True)
class MadeContract:
    """A contract: its pages of paragraphs, and its fields by the labels' names: value and the words that prove it."""

    name: str
    pages: tuple[tuple[str, ...], ...]
    fields: dict[str, Any]


def load_contracts() -> Sequence[MadeContract]:
    """Return the contracts in their order."""
    text = (files("evals.datasets.contracts") / "contracts.yaml").read_text(encoding="utf-8")
    return [
        MadeContract(each["name"], tuple(tuple(page) for page in each["pages"]), each["fields"])
        for each in yaml.safe_load(text)
    ]


def write_contracts(folder: Path) -> Path:
    """Write the contracts and their labels into the folder, and return it. Each run writes the same bytes."""
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    lines = []
    for contract in load_contracts():
        name = f"{contract.name}.html"
        (folder / DOCUMENTS / name).write_bytes(write_html(contract))
        lines += [json.dumps(label, ensure_ascii=False) for label in labels_of(contract, name)]
    (folder / LABELS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def labels_of(contract: MadeContract, document: str) -> list[dict[str, Any]]:
    """Return the labels of a contract. A field is a value, or a pair of a value and the words that state it."""
    labels = []
    for field, stated in contract.fields.items():
        value, clause = (
            stated if isinstance(stated, list) and len(stated) == 2 and field != "Parties" else (stated, None)
        )
        present = value not in (None, "No")
        labels.append(
            {
                "document": document,
                "field": field,
                "value": value,
                "clauses": [clause] if clause else [],
                "present": present,
            }
        )
    return labels


def write_html(contract: MadeContract) -> bytes:
    """Return a contract as HTML."""
    pages = ["\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in page) for page in contract.pages]
    body = '\n<hr style="page-break-after:always">\n'.join([*pages[:-1], f"{pages[-1]}\n<p>{escape(NOTICE)}</p>"])
    head = f'<meta charset="utf-8"><title>{escape(contract.name)}</title>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>\n{body}\n</body></html>\n".encode()

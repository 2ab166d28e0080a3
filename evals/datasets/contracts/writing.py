"""Writes the fictional contracts of `contracts.yaml` and `wordings.yaml` as HTML or plain text, with their labels."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from evals.datasets.extraction import DOCUMENTS, LABELS

_FILES = ("contracts.yaml", "wordings.yaml")
_WIDTH = 78

NOTICE = "Made for testing software. The parties and their contract are fictional."


@dataclass(frozen=True, slots=True)
class MadeContract:
    """A contract: its pages of paragraphs, and its fields by the labels' names: value and the words that prove it.

    `format` is `html`, or `text` for plain text with short lines, as older exhibits have it.
    """

    name: str
    pages: tuple[tuple[str, ...], ...]
    fields: dict[str, Any]
    format: str = "html"


def load_contracts() -> Sequence[MadeContract]:
    """Return the contracts in their order."""
    texts = [(files("evals.datasets.contracts") / name).read_text(encoding="utf-8") for name in _FILES]
    return [
        MadeContract(
            each["name"], tuple(tuple(page) for page in each["pages"]), each["fields"], each.get("format", "html")
        )
        for text in texts
        for each in yaml.safe_load(text)
    ]


def write_contracts(folder: Path) -> Path:
    """Write the contracts and their labels into the folder, and return it. Each run writes the same bytes."""
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    lines = []
    for contract in load_contracts():
        is_text = contract.format == "text"
        name = f"{contract.name}.{'txt' if is_text else 'html'}"
        (folder / DOCUMENTS / name).write_bytes(write_text(contract) if is_text else write_html(contract))
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


def write_text(contract: MadeContract) -> bytes:
    """Return a contract as plain text. Three blanks in a paragraph divide the lines of a signature."""
    pages = [
        "\n\n".join(
            "\n".join(line for part in paragraph.split("   ") for line in textwrap.wrap(part, _WIDTH))
            for paragraph in page
        )
        for page in contract.pages
    ]
    return "\n\n\f".join([*pages[:-1], f"{pages[-1]}\n\n{NOTICE}\n"]).encode()


def write_html(contract: MadeContract) -> bytes:
    """Return a contract as HTML."""
    pages = ["\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in page) for page in contract.pages]
    body = '\n<hr style="page-break-after:always">\n'.join([*pages[:-1], f"{pages[-1]}\n<p>{escape(NOTICE)}</p>"])
    head = f'<meta charset="utf-8"><title>{escape(contract.name)}</title>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>\n{body}\n</body></html>\n".encode()

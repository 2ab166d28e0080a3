"""Parse lists of changes: JSON (a list, or an object with `changes`), or CSV with a header line."""

import csv
import io
import json
from typing import Any

from app.access.errors import ChangesUnreadableError


def parse_changes(text: str) -> list[dict[str, Any]]:
    """Return the changes as input for `ChangeIn`, without empty CSV cells. Raises ChangesUnreadableError."""
    content = text.removeprefix("\ufeff").strip()
    try:
        found = json.loads(content) if content[:1] in ("[", "{") else _read_csv(content)
    # Deeply nested JSON raises RecursionError.
    except (ValueError, RecursionError, csv.Error) as error:
        raise ChangesUnreadableError from error
    changes = found.get("changes") if isinstance(found, dict) else found
    if not isinstance(changes, list):
        raise ChangesUnreadableError
    return changes


def _read_csv(content: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    if "change" not in (rows.fieldnames or ()):
        raise ChangesUnreadableError
    read = []
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise ChangesUnreadableError(f"Change {number} has more cells than there are columns.")
        read.append({name: cell.strip() for name, cell in row.items() if cell is not None and cell.strip()})
    return read

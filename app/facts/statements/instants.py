"""Which rows of a statement of flows are balances at the beginning or the end of its period."""

import re
from collections.abc import Mapping
from enum import StrEnum

from app.facts.model import StatementKind
from app.facts.statements.structure import Structure

_BEGINNING = re.compile(r"\b(?:beginning|start|opening)\b|\bbegin of\b", re.IGNORECASE)
_END = re.compile(r"\b(?:end|ending|close|closing)\b", re.IGNORECASE)
_CASH = re.compile(r"\bcash\b|\bbalances?\b|\b(?:beginning|end|opening|closing)\s+of\b", re.IGNORECASE)
_FLOW = re.compile(r"\b(?:increase|decrease|change|provided|used|flows?|paid|received)\b", re.IGNORECASE)

_TOTAL_EQUITY = re.compile(r"total\b.*\b(?:equity|deficit|capital|investment)\W*$", re.IGNORECASE)


class Edge(StrEnum):
    BEGINNING = "beginning"
    END = "end"


def find_edges(structure: Structure) -> Mapping[int, Edge]:
    """Return the edge of each row that is a balance, by the row's number.

    Their labels say so, and the rows that add up to cash at the end, or into which it is divided, are balances, too.
    """
    edges: dict[int, Edge] = {}
    for number, row in enumerate(structure.rows):
        edge = _edge(row.label) if row.figures else None
        if edge is None and structure.kind is StatementKind.EQUITY and _TOTAL_EQUITY.match(row.label):
            edge = Edge.END
        if edge is not None:
            edges[number] = edge
    ends = [dict(structure.addends[number].figures) for number, edge in edges.items() if edge is Edge.END]
    for total in structure.sums:
        parts = [part.row for part in total.parts]
        if any(edges.get(part) is Edge.BEGINNING for part in parts):
            continue  # the roll-forward itself
        states_end = any(edges.get(number) is Edge.END for number in (total.row, *parts))
        is_repeated = dict(structure.addends[total.row].figures) in ends and total.row > min(edges, default=0)
        if states_end or is_repeated:
            edges |= dict.fromkeys((total.row, *parts), Edge.END)
    return edges


def _edge(label: str) -> Edge | None:
    if not _CASH.search(label):
        return None
    beginning, end = _BEGINNING.search(label) is not None, _END.search(label) is not None
    if beginning == end or (_FLOW.search(label) and not re.search(r"\bat\b", label, re.IGNORECASE)):
        return None
    return Edge.BEGINNING if beginning else Edge.END

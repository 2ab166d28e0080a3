"""The standard items that group us-gaap concepts, as `edgartools` 5.62.1 (MIT) has learnt them.

A concept may belong to one of two items, such as a current and a non-current one: either is right.
"""

import json
from functools import lru_cache
from importlib.resources import files

_FILE = "item_groups.json"


def items_of(concept: str) -> frozenset[str]:
    """Return the standard items of a us-gaap concept; none if no item groups it."""
    return _groups().get(concept, frozenset())


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    found = json.loads(files("evals.datasets").joinpath(_FILE).read_text())
    return {concept: frozenset(items) for concept, items in found.items()}

"""The fictional contracts, agreements and offerings of the gate, with their fields."""

from pathlib import Path

from evals.datasets.agreements.making import HTML, write_agreements
from evals.datasets.contracts.writing import write_contracts

AGREEMENTS = "agreements"
"""The folder of made agreements and offerings beside labels."""


def write_made_fields(folder: Path) -> Path:
    """Write the documents as HTML or text, which are read fast, and return the folder.

    Each run writes the same bytes.
    """
    write_agreements(folder / AGREEMENTS, seeds=(1,), suffixes=(HTML,))
    return write_contracts(folder)

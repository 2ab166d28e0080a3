"""Writes the sample documents: a fictional issuer's annual report and notes offering."""

from collections.abc import Callable
from pathlib import Path

from evals.datasets.samples.annual import annual_report
from evals.datasets.samples.offering import notes_offering

SAMPLES: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("tarnwick-2025-annual-report.pdf", annual_report),
    ("tarnwick-2034-notes-offering.pdf", notes_offering),
)


def write_samples(folder: Path) -> list[Path]:
    """Write the samples into `folder` (created if missing); return their paths. Each run writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, make in SAMPLES:
        path = folder / name
        path.write_bytes(make())
        written.append(path)
    return written

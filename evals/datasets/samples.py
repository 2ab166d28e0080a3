"""Write the sample documents.

`python -m evals.datasets.samples OUTDIR`. A fictional issuer's annual report and notes offering.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from evals.datasets.samples_annual import annual_report
from evals.datasets.samples_offering import notes_offering

SAMPLES: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("tarnwick-2025-annual-report.pdf", annual_report),
    ("tarnwick-2034-notes-offering.pdf", notes_offering),
)


def write_samples(folder: Path) -> list[Path]:
    """Write the samples into `folder` (made when missing); the same bytes each time. Returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, make in SAMPLES:
        path = folder / name
        path.write_bytes(make())
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Say where to: python -m evals.datasets.samples OUTDIR\n")
        return 2
    for path in write_samples(Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

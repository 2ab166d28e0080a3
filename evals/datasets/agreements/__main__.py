"""`python -m evals.datasets.agreements OUTDIR [SEEDS]`: writes fictional agreements and offerings with their fields."""

import sys
from pathlib import Path

from evals.datasets.agreements.making import write_agreements


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not all(each.isdigit() for each in arguments[1:]):
        sys.stderr.write("Name the output folder: python -m evals.datasets.agreements OUTDIR [SEEDS]\n")
        return 2
    seeds = range(1, 1 + int(arguments[1]) if len(arguments) > 1 else 3)
    written = write_agreements(Path(arguments[0]), seeds=seeds)
    sys.stdout.write(f"{len(written)} documents\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

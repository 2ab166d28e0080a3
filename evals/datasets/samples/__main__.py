"""`python -m evals.datasets.samples OUTDIR`: writes the sample documents."""

import sys
from pathlib import Path

from evals.datasets.samples.writing import write_samples


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Name the output folder: python -m evals.datasets.samples OUTDIR\n")
        return 2
    for path in write_samples(Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

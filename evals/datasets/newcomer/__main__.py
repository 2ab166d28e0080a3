"""`python -m evals.datasets.newcomer OUTDIR`: writes the newcomer suite's filings and questions."""

import sys
from pathlib import Path

from evals.datasets.newcomer.writing import write_newcomer


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Name the output folder: python -m evals.datasets.newcomer OUTDIR\n")
        return 2
    sys.stdout.write(f"{write_newcomer(Path(arguments[0]))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

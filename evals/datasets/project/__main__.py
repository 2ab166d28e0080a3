"""`python -m evals.datasets.project OUTDIR`: writes the project's own question set."""

import sys
from pathlib import Path

from evals.datasets.project.writing import write_project_data


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Name the output folder: python -m evals.datasets.project OUTDIR\n")
        return 2
    sys.stdout.write(f"{write_project_data(Path(arguments[0]))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Compares what a script sees with what its author saw."""

import sys
from importlib.metadata import version


def show_versions(*packages: str) -> None:
    """Print the version of each package."""
    for package in packages:
        print(f"{package} {version(package)}")


def compare(*, expected: str, seen: object, recorded: object) -> None:
    """Print what one would expect and what is seen; exit with 1 if it is not what was recorded."""
    print(f"  expected: {expected}")
    print(f"  seen:     {seen}")
    if seen != recorded:
        print(f"  recorded: {recorded}")
        sys.exit("The behaviour has changed: check the script's claim and the code that relies on it.")

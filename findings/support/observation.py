"""Compares the behaviour that a script observes with the recorded behaviour."""

import sys
from importlib.metadata import version


def show_versions(*packages: str) -> None:
    """Print the version of each package."""
    for package in packages:
        print(f"{package} {version(package)}")


def compare(*, expected: str, seen: object, recorded: object) -> None:
    """Print the expected and the observed behaviour; exit with 1 if the observed one differs from the recorded one."""
    print(f"  expected: {expected}")
    print(f"  seen:     {seen}")
    if seen != recorded:
        print(f"  recorded: {recorded}")
        sys.exit("The behaviour has changed: check the script's claim and the code that relies on it.")

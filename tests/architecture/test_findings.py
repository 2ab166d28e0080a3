"""Checks the form of the scripts in `findings/`. CI does not run these scripts."""

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
SUPPORT = sorted((FOLDER / "support").iterdir())


def test_readme_lists_every_finding():
    listed = re.findall(r"^\| `([^`]+\.sh)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [script.name for script in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_finding_pins_its_packages_and_describes_the_harm(script):
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert re.match(r"#!/usr/bin/env bash\n(# .+\n)+#\n# Hurts: .+\n(# .+\n)*source .*/support/setup\.sh\"\n", text)
    installed = re.findall(r"^install (.+)$", text, re.MULTILINE)
    assert installed != []
    assert [pin for line in installed for pin in line.split() if not re.fullmatch(r"[\w.\[\],-]+==[\w.]+", pin)] == []
    assert "compare(" in text


@pytest.mark.parametrize("path", [*SCRIPTS, *SUPPORT], ids=lambda path: path.name)
def test_finding_imports_nothing_of_footnote(path):
    if path.is_file():
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^\s*(?:from|import) (?:app|workers|evals|migrations|tests)\b", text, re.MULTILINE) == []

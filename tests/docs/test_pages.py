"""Checks that each file exists that a page of `docs/` names or links to."""

import re

import pytest

from app.db.served import LEAST_SERVED
from tests.docs.guides import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "adr").glob("*.md"))
)
SOURCES = re.compile(r"`((?:app|docs|evals|migrations|prompts|tests|workers)/[a-z0-9_./-]*[a-z0-9_/])`")


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_to_files(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_source_files_named_by_a_page_exist(page: str) -> None:
    named = SOURCES.findall((ROOT / page).read_text(encoding="utf-8"))
    assert sorted({name for name in named if not (ROOT / name).exists()}) == []


def test_changelog_names_the_revision_for_an_upgrade_without_downtime() -> None:
    newest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## [")[1]
    assert f"`footnote database upgrade --to {LEAST_SERVED}`" in newest


def test_each_control_of_the_security_page_has_a_test() -> None:
    table = (
        (ROOT / "docs" / "security.md")
        .read_text(encoding="utf-8")
        .split("| control | how | test |\n|---|---|---|\n")[1]
    )
    rows = [line.strip("|").split(" | ") for line in table.split("\n\n")[0].splitlines()]
    assert len(rows) > 20
    assert [row[0] for row in rows if not re.search(r"`(tests/|make |footnote eval run )", row[-1])] == []

"""The commands of the guides in `docs/` run as written, in order, and print the output that the pages show."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import typer.main

from app.cli import build_cli
from app.core.principal import Role
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from evals.datasets.samples.writing import write_samples
from tests.docs.guides import ROOT, Block, find_difference, read_blocks, run_blocks

GUIDES = ("analyst", "administrator", "api", "operator")
TEMPLATES = ROOT / "app" / "web" / "templates"
EXPORT = re.compile(r"^export (\w+)=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Person:
    """A user's key, and the user's tenant."""

    tenant: str
    key: str


def found_tenant(stack: Stack, role: Role) -> Person:
    tenants, database = open_tenant_admin(stack.database_url("owner"))
    try:
        slug = f"guides-{uuid4().hex}"
        tenant_id = tenants.create_tenant(slug=slug, name="Guides")
        _, key = tenants.create_user(
            tenant_id, email="ada@example.com", name="Administrator", roles=[role, Role.EDITOR]
        )
    finally:
        database.close()
    return Person(slug, key)


def read_guide(name: str) -> list[Block]:
    return read_blocks((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"))


def environment_for(name: str, stack: Stack, home: Path) -> Mapping[str, str]:
    """Return the variables that the "by-hand" blocks of a guide export. The operator's guide needs the home, the other
    guides need a URL and a key.
    """
    if name == "operator":
        return {"HOME": str(home), "FOOTNOTE_HOME": str(stack.home.path)}
    role = Role.ADMIN if name == "administrator" else Role.ANALYST
    return {"HOME": str(home), "FOOTNOTE_URL": stack.url, "FOOTNOTE_KEY": found_tenant(stack, role).key}


@pytest.mark.parametrize("name", GUIDES)
def test_guide_commands_print_what_the_page_shows(name: str, running_footnote: Stack, tmp_path: Path) -> None:
    write_samples(tmp_path / "samples")
    environment = environment_for(name, running_footnote, tmp_path)
    blocks = [block for block in read_guide(name) if block.exit_code is not None]
    assert blocks
    for block, result in zip(blocks, run_blocks(blocks, folder=tmp_path, environment=environment), strict=True):
        where = f"docs/{name}.md, line {block.line}"
        assert result.exit_code == block.exit_code, f"{where}:\n{result.printed}"
        missing = find_difference(block.output or "", result.printed)
        assert missing is None, f"{where} shows:\n{missing}\nThe commands printed:\n{result.printed}"


@pytest.mark.parametrize("name", GUIDES)
def test_by_hand_blocks_name_real_commands_and_targets(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = set(typer.main.get_group(build_cli([])).commands)
    for block in read_guide(name):
        if block.exit_code is None:
            for line in block.commands.splitlines():
                program, *words = shlex.split(line, comments=True) or [""]
                known = {"make": targets, "footnote": commands}.get(program)
                assert known is None or words[0] in known, line


@pytest.mark.parametrize("name", GUIDES)
def test_links_and_pictures_of_guides_exist(name: str) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_readme_shows_the_answer_of_the_analyst_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```\n\$ (footnote ask .*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    command, *lines = shown.splitlines()
    (answer,) = [block.output for block in read_guide("analyst") if block.commands == f"{command}\n"]
    assert answer is not None
    assert [line for line in lines if line.strip() != "…" and line not in answer.splitlines()] == []


def test_pages_contain_the_words_that_the_analyst_guide_names() -> None:
    page = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\*\*(.+?)\*\*", page))
    shown = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.html")))
    assert named
    assert {words for words in named if words not in shown} == set()


@pytest.mark.parametrize(
    ("expected", "printed", "missing"),
    [
        ("a\nc\n", "a\nb\nc\n", "c"),
        ("a\n…\nc\n", "a\nb\nc\n", None),
        ("id …, b\n", "id 42,  b\nmore\n", None),
        ("b\na\n", "a\nb\n", "b"),
    ],
)
def test_output_is_compared_line_by_line(expected: str, printed: str, missing: str | None) -> None:
    assert find_difference(expected, printed) == missing

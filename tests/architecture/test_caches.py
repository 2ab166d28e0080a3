"""Caches with texts as keys have a limit: the number of texts of questions and documents is unlimited."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = {"list_names", "_any_of"}
"""Functions whose texts come from fixed lists in the code: names of items, and parts of fiscal years."""


def find_unlimited(source: str) -> list[str]:
    """Return the functions of texts whose caches have no limit."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [
        function.name
        for function in functions
        if any(ast.unparse(each) in _UNLIMITED for each in function.decorator_list)
        and any("str" in ast.unparse(each.annotation) for each in function.args.args if each.annotation is not None)
    ]


_UNLIMITED = {"cache", "functools.cache", "lru_cache(maxsize=None)", "lru_cache(None)"}


def test_caches_of_texts_are_limited() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for part in ("app", "workers")
        for path in sorted((ROOT / part).rglob("*.py"))
        for name in find_unlimited(path.read_text())
        if name not in LISTED
    ]
    assert not found, f"Give these caches a limit (`lru_cache(maxsize=…)`): {found}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@cache\ndef find(words: str, name: str | None) -> None: ...", ["find"]),
        ("@functools.cache\ndef find(path: tuple[str, ...]) -> None: ...", ["find"]),
        ("@lru_cache(maxsize=None)\ndef find(words: str) -> None: ...", ["find"]),
        ("@lru_cache(maxsize=8)\ndef find(words: str) -> None: ...", []),
        ("@cache\ndef load() -> str: ...", []),
    ],
)
def test_rule_finds_unlimited_caches(source: str, found: list[str]) -> None:
    assert find_unlimited(source) == found

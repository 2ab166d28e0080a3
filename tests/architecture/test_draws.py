"""Tests draw the same random values in each run, except in `make test-random`. Therefore, every test seeds its random
generators, and only tests/conftest.py sets the Hypothesis profile.
"""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

TESTS = Path(__file__).resolve().parents[1]
PROFILE = TESTS / "conftest.py"
PROFILE_SETTINGS = {"derandomize", "database", "print_blob"}
PROFILE_CALLS = {"register_profile", "load_profile"}
SEEDED_BY_ARGUMENT = {"Random", "default_rng"}
UNSEEDED = {"choice", "choices", "getrandbits", "randint", "random", "randrange", "sample", "shuffle", "uniform"}


def find_unrepeatable(source: str) -> list[str]:
    """Return the calls that draw unseeded values or change the Hypothesis profile."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        owner = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
        if (
            (name == "settings" and PROFILE_SETTINGS & {keyword.arg for keyword in node.keywords})
            or name in PROFILE_CALLS
            or (name in SEEDED_BY_ARGUMENT and not node.args)
            or (owner == "random" and name in UNSEEDED)
        ):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif any("order by random()" in str(getattr(each, "value", "")).lower() for each in ast.walk(node)):
            found.append(f"line {node.lineno}: ORDER BY random()")
    return found


def test_all_tests_draw_repeatable_values():
    paths = {*TESTS.rglob("*.py")} - {PROFILE, Path(__file__)}
    found = {str(path.relative_to(TESTS)): find_unrepeatable(path.read_text()) for path in paths}
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    [
        "settings(max_examples=3, database=None)",
        "hypothesis.settings(derandomize=False)",
        "settings.load_profile('mine')",
        "Random()",
        "np.random.default_rng()",
        "random.shuffle(names)",
        "text('DELETE FROM a ORDER BY random() LIMIT 1')",
    ],
)
def test_unseeded_draw_is_reported(source):
    assert find_unrepeatable(source)


def test_seeded_draw_is_accepted():
    assert find_unrepeatable("Random(7).shuffle(names); default_rng(7); settings(max_examples=3)") == []


def draw_texts():
    drawn = []

    @settings(max_examples=300)
    @given(st.text())
    def draw(text):
        drawn.append(text)

    draw()
    return drawn


def test_draws_do_not_depend_on_imported_modules(tmp_path, monkeypatch):
    before = draw_texts()
    path = tmp_path / "imported_late.py"
    path.write_text("\n".join(f"name_{number} = 'constant {number}'" for number in range(1_000)))
    spec = importlib.util.spec_from_file_location("imported_late", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "imported_late", module)
    assert draw_texts() == before

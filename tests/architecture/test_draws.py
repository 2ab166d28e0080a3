"""What a test draws is the same in each run, unless `make test-random` asks for new draws: tests seed every draw, and
leave to the profile of tests/conftest.py how Hypothesis draws.
"""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PROFILE = TESTS / "conftest.py"
OF_THE_PROFILE = {"derandomize", "database", "print_blob"}
PROFILE_CALLS = {"register_profile", "load_profile"}
SEEDED_BY_ARGUMENT = {"Random", "default_rng"}
UNSEEDED = {"choice", "choices", "getrandbits", "randint", "random", "randrange", "sample", "shuffle", "uniform"}


def find_unrepeatable(source: str) -> list[str]:
    """The calls that draw something else each time, or change how Hypothesis draws."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        owner = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
        if (
            (name == "settings" and OF_THE_PROFILE & {keyword.arg for keyword in node.keywords})
            or name in PROFILE_CALLS
            or (name in SEEDED_BY_ARGUMENT and not node.args)
            or (owner == "random" and name in UNSEEDED)
        ):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif any("order by random()" in str(getattr(each, "value", "")).lower() for each in ast.walk(node)):
            found.append(f"line {node.lineno}: ORDER BY random()")
    return found


def test_tests_draw_the_same_each_time():
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
def test_unrepeatable_draw_is_found(source):
    assert find_unrepeatable(source)


def test_seeded_draw_is_accepted():
    assert find_unrepeatable("Random(7).shuffle(names); default_rng(7); settings(max_examples=3)") == []

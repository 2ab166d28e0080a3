"""Every audit action in the code is mapped to an OCSF activity. A few are mapped to "Other" on purpose."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.audit.ocsf import shape_of

ROOT = Path(__file__).parents[2]
FEATURES = "|".join(sorted(folder.name for folder in (ROOT / "app").iterdir() if folder.is_dir()))
ACTION = re.compile(rf"({FEATURES})\.[a-z_]+\.[a-z_]+")
NO_ACTIONS = {"documents.version.password", "http.response.start"}  # a sealing purpose and an ASGI message type
LOGGED = {"debug", "info", "warning", "error", "exception"}
OTHER = {
    "access.request.denied",  # the HTTP method determines its activity; without a method, the activity is Other
    "identity.user.changed",  # OCSF has no account activity for changes of roles, names and links
    "identity.user.updated",
    "identity.user.linked",
    "identity.user.unlinked",
}


def recorded_actions() -> set[str]:
    found: set[str] = set()
    for folder in ("app", "workers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found.update(each for each in _texts(tree) if ACTION.fullmatch(each))
            found.update(f"{prefix}{verb}" for prefix in _prefixes(tree) for verb in _verbs(tree))
    return found - NO_ACTIONS


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the string constants, except those in calls of a logger."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGGED:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _prefixes(tree: ast.AST) -> Iterator[str]:
    """Yield the constant start of each f-string that ends with a verb: `identity.user.` of f"identity.user.{verb}"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[-1], ast.FormattedValue):
            named = ast.unparse(node.values[-1].value)
            start = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if named == "verb" and start.count(".") == 2:
                yield start


def _verbs(tree: ast.AST) -> set[str]:
    """Return the strings that are passed to `_record` or `_revoke`, or assigned to `verb`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"_record", "_revoke"}:
            given = [part for part in node.args if isinstance(part, (ast.Constant, ast.IfExp))]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "verb":
            given = [node.value]
        for part in given:
            found.update(re.findall(r"'([a-z]+)'", ast.unparse(part)))
    return found


def test_no_recorded_action_is_classified_as_other_by_accident():
    actions = recorded_actions()
    assert {
        "access.grant.created",
        "access.label.put",
        "documents.version.published",
        "identity.provider.changed",
        "identity.session.revoked",
        "identity.sign_in.refused",
        "identity.user.disabled",
    } | OTHER <= actions, "the search finds known actions"
    assert {action for action in actions if shape_of(action, {}).activity_id == 99} == OTHER

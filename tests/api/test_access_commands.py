"""`footnote access import` and `footnote access explain` against a real server."""

import json

import pytest
from typer.testing import CliRunner

from app.cli import build_cli


@pytest.fixture
def footnote(server, admin):
    """Return a function that runs a command as the administrator and returns (exit code, output)."""

    def run(*words):
        result = CliRunner().invoke(build_cli(["access"]), ["access", *words, "--url", server.url, "--key", admin.key])
        return result.exit_code, result.output

    return run


def test_csv_changes_are_previewed_applied_and_explained(footnote, editor, analyst, tmp_path):
    collection = editor.collection("loans")
    document = editor.upload(collection)["document"]
    file = tmp_path / "changes.csv"
    file.write_text(
        f"change,user,collection,level,expires_at\ngrant,{analyst.id},{collection['name']},editor,\n",
        encoding="utf-8-sig",
    )
    assert footnote("import", str(file), "--dry-run") == (
        0,
        "This would open 1 document to 1 person and close none.\n",
    )
    assert footnote("import", str(file)) == (0, "Changes applied: 1.\n")
    code, output = footnote("explain", document["id"], str(analyst.id))
    assert (code, output) == (
        0,
        f'Ana may read and edit it: Ana is editor of the collection "{collection["name"]}", which contains it.\n',
    )
    assert json.loads(footnote("explain", document["id"], str(analyst.id), "--json")[1])["level"] == "editor"


def test_import_reports_wrong_lines_and_unreadable_files(footnote, tmp_path):
    file = tmp_path / "changes.json"
    file.write_text('[{"change": "join", "user": "nobody@example.com", "into": "no group"}]')
    code, output = footnote("import", str(file))
    assert code == 1
    assert "body.changes.0: There is no such user in your tenant." in output
    file.write_text("{")
    code, output = footnote("import", str(file))
    assert code == 1
    assert "neither JSON" in output

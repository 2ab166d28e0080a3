"""The commands `footnote eval run` and `footnote eval list`."""

import json
from pathlib import Path

from typer.testing import CliRunner

from evals.cli import commands
from evals.commands.options import FAILED


def test_suite_that_cannot_run_is_reported_and_the_next_suite_runs(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out.json"
    data.mkdir()
    case = {"id": "a", "question": "Why?", "truth": "So.", "answer": ["So."], "people": "right"}
    (data / "judgements.jsonl").write_text(json.dumps(case) + "\n")
    options = ["--data", str(data), "--home", str(tmp_path / "homes"), "--runs", str(tmp_path / "runs")]
    result = CliRunner().invoke(commands, ["run", "retrieval", "judge", *options, "--json", str(out)])
    assert result.exit_code == FAILED
    assert "eval-data-missing" in result.output
    report = json.loads((tmp_path / "out.judge.json").read_text())
    assert (report["suite"], report["n"], report["cases"][0]["score"]) == ("judge", 1, None)
    assert not (tmp_path / "out.retrieval.json").exists()


def test_unknown_suite_is_rejected_before_any_suite_runs(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["run", "judge", "nothing", "--data", str(tmp_path)])
    assert result.exit_code == FAILED
    assert "unknown-suite" in result.output


def test_list_contains_every_suite() -> None:
    result = CliRunner().invoke(commands, ["list"])
    named = {line.split()[0] for line in result.output.splitlines()[1:] if line.strip()}
    assert named >= {"retrieval", "answers", "abstention", "permissions", "injection", "facts", "robustness", "latency"}

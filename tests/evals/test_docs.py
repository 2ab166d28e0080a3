"""The documentation page on evals is correct: its example runs, and the code accepts its commands and sample data."""

import importlib
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from app.evaluations.records import RunRecord, Selection
from app.settings import Settings
from evals.cli import commands
from evals.commands.options import build_suites
from evals.datasets.questions import DocumentIssuer, QuestionCase
from evals.datasets.tagged import TaggedFact
from evals.environment.stacks import Stacks
from evals.running.baseline import Baseline
from evals.running.engine import discover_suites
from evals.running.gate import PROJECT
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.scoring.judging import JudgeSettings
from evals.suites.judge import JudgedAnswer
from tests.evals.conftest import Silent

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "evals.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MISFILED = "brkn-2023-10k"
KEPT = ("aldm-2023-10k", "brkn-2022-10k", MISFILED, "crvn-2023-10k")


def command_lines() -> Iterator[str]:
    for language, text in BLOCKS:
        if not language:
            yield from (line for line in text.splitlines() if line.startswith("footnote "))


@pytest.fixture(scope="module")
def data(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return data with four of the project's reports. For one of them, `documents.jsonl` names a wrong issuer."""
    data = shutil.copytree(project, tmp_path_factory.mktemp("docs") / PROJECT)
    for file in (data / "documents").iterdir():
        if file.stem not in KEPT:
            file.unlink()
    rows = [json.loads(line) for line in (data / "documents.jsonl").read_text().splitlines()]
    truth = [{**row, "issuer": "Somebody Else, Inc."} if row["document"] == MISFILED else row for row in rows]
    (data / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in truth))
    return data


@pytest.fixture(scope="module")
def record(data: Path, tmp_path_factory: pytest.TempPathFactory, stacks: Stacks) -> RunRecord:
    """Return a run of the page's example suite. The example is written into a new package."""
    folder = tmp_path_factory.mktemp("example")
    (code,) = [text for language, text in BLOCKS if language == "python"]
    package = folder / "suites_of_the_page"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "issuers.py").write_text(code)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        (suite,) = discover_suites(importlib.import_module(package.name)).list_all()
    runner = Runner(
        runs=RunFolder(folder / "runs"),
        homes=folder / "homes",
        cassettes=folder / "cassettes",
        stacks=stacks,
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )
    return runner.run(suite, RunRequest(data=data, selection=Selection()), Silent())


def test_example_measures_the_real_stack(record: RunRecord) -> None:
    assert (record.manifest.suite, record.manifest.n, record.manifest.unscored) == ("issuers", 4, 0)
    assert record.manifest.figures == {"recognised": 0.75, "wrong": 1.0}
    assert record.manifest.by_kind == {"pdf": record.manifest.figures}


def test_example_reports_what_was_read_from_each_document(record: RunRecord) -> None:
    scores = {case.id: case.score for case in record.cases}
    assert scores == {f"{name}.pdf": -1.0 if name == MISFILED else 1.0 for name in KEPT}
    (wrong,) = [case for case in record.cases if case.score == -1]
    assert wrong.reason == "read Brackenhurst Airlines, Inc. where the truth is Somebody Else, Inc."


def test_run_of_the_example_can_become_a_baseline(record: RunRecord) -> None:
    assert Baseline.of(record).as_record().manifest.figures == record.manifest.figures


@pytest.mark.parametrize("line", list(command_lines()))
def test_each_command_on_the_page_exists(line: str) -> None:
    program, group, name, *arguments = shlex.split(line, comments=True)
    assert (program, group) == ("footnote", "eval")
    command = typer.main.get_command(commands).commands[name]
    context = command.context_class(command, info_name=name)
    values, left_over, _ = command.make_parser(context).parse_args(args=arguments)
    assert left_over == []
    assert [param.name for param in command.params if param.required and not values.get(param.name)] == []


def test_page_contains_every_command() -> None:
    shown = {line.split()[2] for line in command_lines()}
    assert shown == set(typer.main.get_command(commands).commands)


def test_page_has_a_row_for_each_suite() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.split("## Run")[0], re.MULTILINE)
    assert sorted(rows) == [suite.name for suite in build_suites().list_all()]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("cases.jsonl", QuestionCase),
        ("documents.jsonl", DocumentIssuer),
        ("facts.jsonl", TaggedFact),
        ("judgements.jsonl", JudgedAnswer),
    ],
)
def test_page_shows_each_data_format_with_all_its_fields(name: str, model: type[BaseModel]) -> None:
    (line,) = re.findall(rf"^`{re.escape(name)}`, [^`]*(?:`\w+/?`[^`]*)*```json\n(.*?)\n```$", PAGE, re.MULTILINE)
    shown = json.loads(line)
    assert model.model_validate(shown)
    assert set(shown) == set(model.model_fields)


def test_page_documents_the_judges_settings() -> None:
    documented = set(re.findall(r"FOOTNOTE_JUDGE_(\w+)`", PAGE))
    assert documented == {name.upper() for name in JudgeSettings.model_fields}


def test_links_of_the_page_exist() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []

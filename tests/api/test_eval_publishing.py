"""`footnote eval publish` against a running API."""

from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from app.core.principal import Role
from app.evaluations.metrics import MetricSpec
from app.evaluations.records import CaseRecord, Conditions, EvalRunStatus, RunManifest, RunRecord, Selection
from evals.commands.publishing import publish
from evals.running.records import RunFolder


@pytest.fixture
def store_run(tmp_path):
    """Return a function that stores a run with one case, in the files that a suite writes."""

    def make(run_id: str, *, day: int = 1, score: float = 1.0, status: EvalRunStatus = EvalRunStatus.DONE) -> RunRecord:
        manifest = RunManifest(
            id=run_id,
            suite="toy",
            suite_version="1",
            status=status,
            started_at=datetime(2026, 3, day, tzinfo=UTC),
            selection=Selection(),
            conditions=Conditions(
                commit="a",
                dirty=False,
                data_digest="d",
                data_name="data",
                settings_digest="s",
                embedding_space="e",
                cores=2,
            ),
            metrics=(MetricSpec(name="m", of=("m",)),),
        )
        record = RunRecord(manifest=manifest, cases=(CaseRecord(id="a/1", score=score, reason="so"),))
        files = RunFolder(tmp_path).files(run_id)
        files.start(manifest, code="c" * 64)
        files.finish(record)
        return record

    return make


@pytest.fixture
def publish_command(server, tmp_path):
    """Return a function that runs the command with a user's key and returns (exit code, stdout, stderr)."""
    command = typer.Typer()
    command.command()(publish)

    def run(user, *names: str, url: str = server.url):
        words = [*names, "--url", url, "--key", user.key, "--runs", str(tmp_path), "--home", str(tmp_path / "home")]
        result = CliRunner().invoke(command, words)
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture
def engineer(server):
    return server.user(None, Role.ENGINEER)


def test_runs_are_published_by_name_and_their_urls_printed(server, engineer, store_run, publish_command):
    record = store_run("one", day=1)
    store_run("two", day=2)
    assert publish_command(engineer, "toy~1", "latest") == (
        0,
        f"Published: {server.url}/evaluations/one\nPublished: {server.url}/evaluations/two\n",
        "",
    )
    read = engineer.http.get("/v1/eval-runs/one").json()
    assert RunManifest.model_validate(read["manifest"]) == record.manifest
    assert publish_command(engineer, "one")[:2] == (0, f"Already published: {server.url}/evaluations/one\n")


def test_refused_publication_prints_the_api_error_code(server, engineer, store_run, publish_command):
    store_run("one")
    assert publish_command(engineer, "one")[0] == 0
    store_run("one", score=0.0)
    code, _, error = publish_command(engineer, "one")
    assert (code, error.split(":")[0]) == (1, "published-run-differs")
    code, _, error = publish_command(server.user(None, Role.ANALYST), "one")
    assert (code, error.split(":")[0]) == (1, "permission-required")


def test_interrupted_run_is_not_published(engineer, store_run, publish_command):
    store_run("half", status=EvalRunStatus.INTERRUPTED)
    code, _, error = publish_command(engineer, "half")
    assert (code, error.split(":")[0]) == (1, "published-run-unfinished")


def test_no_run_is_published_if_one_is_missing(engineer, store_run, publish_command):
    store_run("one")
    code, _, error = publish_command(engineer, "one", "none-such")
    assert (code, error.split(":")[0]) == (1, "eval-run-not-found")
    assert engineer.http.get("/v1/eval-runs").json()["items"] == []


def test_unreachable_server_is_reported(engineer, store_run, publish_command):
    store_run("one")
    code, _, error = publish_command(engineer, "one", url="http://127.0.0.1:9")
    assert (code, error.split(":")[0]) == (1, "server-unreachable")

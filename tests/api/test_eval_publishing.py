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
def keep(tmp_path):
    """Keeps a run of one case in files, as running a suite does."""

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
def call(server, tmp_path):
    """Calls the command as a user; gives its exit code, standard output and standard error."""
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


def test_runs_are_published_by_name_and_told_with_their_pages_address(server, engineer, keep, call):
    record = keep("one", day=1)
    keep("two", day=2)
    assert call(engineer, "toy~1", "latest") == (
        0,
        f"Published: {server.url}/evaluations/one\nPublished: {server.url}/evaluations/two\n",
        "",
    )
    read = engineer.http.get("/v1/eval-runs/one").json()
    assert RunManifest.model_validate(read["manifest"]) == record.manifest
    assert call(engineer, "one")[:2] == (0, f"Already published: {server.url}/evaluations/one\n")


def test_a_refusal_is_told_in_the_apis_code_and_sentence(server, engineer, keep, call):
    keep("one")
    assert call(engineer, "one")[0] == 0
    keep("one", score=0.0)
    code, _, error = call(engineer, "one")
    assert (code, error.split(":")[0]) == (1, "published-run-differs")
    code, _, error = call(server.user(None, Role.ANALYST), "one")
    assert (code, error.split(":")[0]) == (1, "permission-required")


def test_an_interrupted_run_is_not_published(engineer, keep, call):
    keep("half", status=EvalRunStatus.INTERRUPTED)
    code, _, error = call(engineer, "half")
    assert (code, error.split(":")[0]) == (1, "published-run-unfinished")


def test_nothing_is_sent_when_one_of_the_runs_is_not_there(engineer, keep, call):
    keep("one")
    code, _, error = call(engineer, "one", "none-such")
    assert (code, error.split(":")[0]) == (1, "eval-run-not-found")
    assert engineer.http.get("/v1/eval-runs").json()["items"] == []


def test_a_footnote_that_is_not_there_is_told_in_a_sentence(engineer, keep, call):
    keep("one")
    code, _, error = call(engineer, "one", url="http://127.0.0.1:9")
    assert (code, error.split(":")[0]) == (1, "server-unreachable")

"""Runs benchmarks: `python -m evals.bench NAME --json FILE`. Those of documents also take `--docs FOLDER`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.core.errors import FootnoteError
from evals.bench.asking import bench_ask
from evals.bench.desk import bench_desk
from evals.bench.facts import bench_facts
from evals.bench.fairness import bench_fairness
from evals.bench.filtered import bench_filtered, table_lines
from evals.bench.filtered_foreign import bench_foreign
from evals.bench.ingesting import bench_ingest
from evals.bench.issuers import bench_issuers
from evals.bench.plans import bench_plans, plan_lines
from evals.bench.policy import bench_policy
from evals.bench.reader import bench_reader
from evals.bench.scale import bench_scale
from evals.bench.setting import BenchSetting, BenchWork
from evals.bench.streams import bench_streams
from evals.bench.tables import bench_tables
from evals.bench.timing import bench_timing
from evals.commands.options import find_homes
from evals.environment.provenance import ROOT, count_cores, digest_files, digest_folder, find_commit
from evals.reports.report import Report
from evals.running.engine import SuiteResult

VERSION = "1"
FAILED = 1
SYNTHETIC_DIGEST = digest_files([ROOT / "evals" / "bench" / "filtered_texts.py"], root=ROOT)

_WITH_DOCUMENTS: dict[str, Callable[[BenchSetting, BenchWork], SuiteResult]] = {
    "ingest": bench_ingest,
    "ask": bench_ask,
    "tables": bench_tables,
    "facts": bench_facts,
    "reader": bench_reader,
    "plans": bench_plans,
    "scale": bench_scale,
}

commands = typer.Typer(name="bench", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
DocsOption = Annotated[list[Path] | None, typer.Option("--docs", exists=True, help="Files or folders.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Where to write the figures as JSON.")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder of the benchmark's homes.")]


@commands.command()
def ingest(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Measure ingestion into an empty home, through the API and real workers. Then ingest the same files again."""
    _run("ingest", docs, json, home)


@commands.command()
def ask(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Measure the time to find a question's sources, with four questions at once, on the documents of `ingest`."""
    _run("ask", docs, json, home)


@commands.command()
def reader(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Compare the tables of HTML filings, as the reader shows them, with their sources in Chromium."""
    _run("reader", docs, json, home)


@commands.command()
def tables(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Measure the bytes that tables take, and the time to read one of them, on the documents of `ingest`."""
    _run("tables", docs, json, home)


@commands.command()
def facts(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Measure the bytes that facts take, and the time to read an issuer's statements, on the documents of `ingest`."""
    _run("facts", docs, json, home)


@commands.command()
def issuers(docs: DocsOption = None, json: JsonOption = None) -> None:
    """Compare which documents are joined into one issuer with the labels of folders of documents (`--docs`)."""
    console = Console(stderr=True)
    folders = docs or []
    with _failing(console):
        result = bench_issuers(folders, lambda sentence: console.print(sentence, highlight=False))
    _report("issuers", "-".join(digest_folder(folder) for folder in folders), result, json)


@commands.command()
def scale(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Measure recall on a question set alone, and among ten times as many documents of other issuers."""
    _run("scale", docs, json, home)


@commands.command()
def filtered(docs: DocsOption = None, json: JsonOption = None, home: HomeOption = None) -> None:
    """Compare vector search with exact search and plain HNSW, for users who see few, many or all of 200,000 chunks.

    With documents, compare the plans of vector search with exact search on their vectors.
    """
    if docs:
        _run("plans", docs, json, home)
        return
    result = _run_synthetic(bench_filtered)
    for line in table_lines(result):
        Console().print(line, highlight=False)
    _report("filtered", SYNTHETIC_DIGEST, result, json)


@commands.command()
def foreign(json: JsonOption = None) -> None:
    """Compare one tenant's searches before and after 500,000 chunks of other tenants are added."""
    _report("foreign", SYNTHETIC_DIGEST, _run_synthetic(bench_foreign), json)


@commands.command()
def policy(json: JsonOption = None) -> None:
    """Measure the time to compute and to change the permissions of a user, with 10,000 groups and 50,000 grants."""
    digest = digest_files([ROOT / "evals" / "bench" / "policy.py"], root=ROOT)
    _report("policy", digest, _run_synthetic(bench_policy), json)


@commands.command()
def timing(json: JsonOption = None) -> None:
    """Test whether response times distinguish a forbidden document from an absent one, with 1,000 pairs of requests."""
    digest = digest_files([ROOT / "evals" / "bench" / "timing.py"], root=ROOT)
    _report("timing", digest, _run_synthetic(bench_timing), json)


@commands.command()
def streams(json: JsonOption = None) -> None:
    """Measure one tenant's lists while another's key has 500 open event streams, of idle and of changing runs."""
    digest = digest_files([ROOT / "evals" / "bench" / "streams.py"], root=ROOT)
    _report("streams", digest, _run_synthetic(bench_streams), json)


@commands.command()
def reviewing(json: JsonOption = None) -> None:
    """Measure the review page in Chromium: 200 fields beside a filing of 300 pages."""
    from evals.bench.reviewing import bench_reviewing  # noqa: PLC0415 - needs Playwright, which only development has

    digest = digest_files([ROOT / "evals" / "bench" / "reviewing.py"], root=ROOT)
    _report("reviewing", digest, _run_synthetic(bench_reviewing), json)


@commands.command()
def pages(json: JsonOption = None) -> None:
    """Measure every page with 10,000 documents, 1,000 users and 5,000 questions: its response and its first paint."""
    from evals.bench.pages import bench_pages  # noqa: PLC0415 - needs Playwright, which only development has

    digest = digest_files([ROOT / "evals" / "bench" / name for name in ("pages.py", "page_data.py")], root=ROOT)
    _report("pages", digest, _run_synthetic(bench_pages), json)


@commands.command()
def desk(json: JsonOption = None) -> None:
    """Measure 50 editors who work on one queue for a minute, and check that no decision is lost or made twice."""
    digest = digest_files([ROOT / "evals" / "bench" / "desk.py"], root=ROOT)
    _report("desk", digest, _run_synthetic(bench_desk), json)


@commands.command()
def fair(json: JsonOption = None) -> None:
    """Compare the time of a document alone with its time behind 60 documents of another tenant."""
    digest = digest_files([ROOT / "evals" / "bench" / "fairness.py"], root=ROOT)
    _report("fair", digest, _run_synthetic(bench_fairness), json)


def _run(bench: str, docs: Sequence[Path] | None, json: Path | None, home: Path | None) -> None:
    console = Console(stderr=True)
    setting = BenchSetting(
        homes=find_homes(home) / "bench", notify=lambda sentence: console.print(sentence, highlight=False)
    )
    with _failing(console):
        work = setting.choose(docs)
        result = _WITH_DOCUMENTS[bench](setting, work)
    for line in plan_lines(result) if bench == "plans" else ():
        Console().print(line, highlight=False)
    _report(bench, work.digest, result, json)


def _run_synthetic(bench: Callable[[Callable[[str], None]], SuiteResult]) -> SuiteResult:
    """Run a benchmark that creates its own data in its own database."""
    console = Console(stderr=True)
    with _failing(console):
        return bench(lambda sentence: console.print(sentence, highlight=False))


@contextmanager
def _failing(console: Console) -> Iterator[None]:
    try:
        yield
    except FootnoteError as error:
        console.print(f"[red]{error.code}[/]: {error.detail}", highlight=False)
        raise typer.Exit(FAILED) from error


def _report(bench: str, data_digest: str, result: SuiteResult, json: Path | None) -> None:
    report = Report(
        suite=bench,
        suite_version=VERSION,
        commit=find_commit(),
        data_digest=data_digest,
        cores=count_cores(),
        metrics=result.metrics,
        cases=tuple(result.cases),
    )
    if json is not None:
        report.write(json)
    for line in report.lines():
        Console().print(line, highlight=False)


if __name__ == "__main__":
    commands()

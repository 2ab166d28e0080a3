"""`footnote eval gate` and `accept`: compare the current code with baselines, or write new baselines."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.options import (
    REGRESSED,
    HomesOption,
    RunsOption,
    build_suites,
    errors_as_messages,
    find_homes,
    open_runs,
    stderr_console,
)
from evals.commands.running import build_runner, notify
from evals.environment.provenance import ROOT
from evals.environment.stacks import Stacks
from evals.reports.markdown import describe_judgement
from evals.running.baseline import BASELINES, accept_run
from evals.running.gate import Gate, Judgement
from evals.running.progress import RunProgress

CORPUS = ROOT.parent / "shared" / "corpus" / "financebench"
"""A folder of data outside the checkout. The gate also runs on it if it exists."""

BaselinesOption = Annotated[
    Path, typer.Option("--baselines", file_okay=False, show_default=False, help="Folder of the baselines.")
]


def gate(
    suites: Annotated[list[str] | None, typer.Argument(metavar="[SUITE…]", help="Run only these suites.")] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", exists=True, file_okay=False, help="Another folder of data that has baselines."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Accept the measured runs as new baselines.")] = False,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", dir_okay=False, help="Write the comparison to this file.")
    ] = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Write the verdicts as JSON to this file.")
    ] = None,
    baselines: BaselinesOption = BASELINES,
    home: HomesOption = None,
    runs: RunsOption = None,
) -> None:
    """Run the gated suites and compare them with the baselines. Exits with 3 if a metric is significantly worse."""
    homes = find_homes(home)
    with errors_as_messages(), _watch_progress() as progress, Stacks(notify=notify) as stacks:
        made = Gate(
            runner=build_runner(stacks, homes=homes, runs=runs),
            suites=build_suites(),
            watch=lambda: progress,
            baselines=baselines,
        )
        others = data if data is not None else [folder for folder in (CORPUS,) if folder.is_dir()]
        plan = [
            (gated, folder) for gated, folder in made.plan(others, homes=homes) if not suites or gated.suite in suites
        ]
        judged: list[Judgement] = []
        for gated, folder in plan:
            record = made.run(gated, folder)
            if update:
                stderr_console().print(f"Written: {accept_run(record, folder=baselines)}")
            else:
                judged.append(made.judge(record))
    _write_outputs(judged, markdown, json_out)
    if any(judgement.regressed for judgement in judged):
        raise typer.Exit(REGRESSED)


def accept(
    run: Annotated[list[str], typer.Argument(metavar="RUN…", help="Ids, folders, `latest`, SUITE or SUITE~1.")],
    baselines: BaselinesOption = BASELINES,
    runs: RunsOption = None,
) -> None:
    """Accept runs as the baselines of their suites and data."""
    folder = open_runs(runs)
    with errors_as_messages():
        for name in run:
            stderr_console().print(f"Written: {accept_run(folder.get(name), folder=baselines)}")


@contextmanager
def _watch_progress() -> Iterator[RunProgress]:
    with RunProgress(stderr_console()) as progress:
        yield progress


def _write_outputs(judged: Sequence[Judgement], markdown: Path | None, json_out: Path | None) -> None:
    text = "\n".join(map(describe_judgement, judged))
    if markdown is None:
        sys.stdout.write(text)
    else:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text(text)
    if json_out is not None:
        verdicts = [
            {
                "suite": judgement.comparison.suite,
                "data": judgement.record.manifest.conditions.data_name,
                "regressed": judgement.regressed,
                "newly_unscored": judgement.newly_unscored,
                "lost": judgement.lost,
                "metrics": {
                    change.metric.name: {
                        "before": change.before,
                        "after": change.after,
                        "p": change.p_value,
                        "adjusted_p": change.adjusted_p,
                        "verdict": change.verdict.value,
                    }
                    for change in judgement.comparison.changes
                },
            }
            for judgement in judged
        ]
        json_out.parent.mkdir(parents=True, exist_ok=True)
        json_out.write_text(json.dumps(verdicts, indent=1) + "\n")

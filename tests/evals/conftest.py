"""Fixtures: a suite that needs no running Footnote, runs of this suite, and artificial records."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.evaluations.metrics import MetricSpec
from app.evaluations.records import CaseRecord, Conditions, EvalRunStatus, RunManifest, RunRecord, Selection
from app.settings import Settings
from app.stack.supervisor import Stack
from evals.datasets.files import parse_cases
from evals.datasets.project.writing import write_project_data
from evals.environment.context import SuiteContext, Used
from evals.environment.stacks import Stacks
from evals.running.engine import Case, Suite
from evals.running.gate import PROJECT
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest, summarise
from tests.running import OneStack

THREE = ("aldm", "brkn", "crvn")


class Toy(BaseModel):
    """A case. Its measure is the length of its text."""

    id: str
    kind: str = ""
    text: str


@dataclass
class ToyScoring:
    """Counts letters. Before each case, it calls `before` with the case's id."""

    before: Callable[[str], None]
    scored: list[str] = field(default_factory=list)
    used: Used = field(default_factory=lambda: Used(embedding_space="toy/1/1"))

    def score(self, case: Toy) -> Case:
        self.before(case.id)
        self.scored.append(case.id)
        length = float(len(case.text))
        return Case(case.id, length, f"{length:.0f} letters", measures={"letters": length}, times={"count": 0.001})


class ToySuite(Suite[Toy]):
    name = "toy"
    version = "1"
    purpose = "how long texts are"
    metrics = (MetricSpec(name="letters", of=("letters",)),)
    parallel = False

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self.scoring = ToyScoring(before)

    def load(self, data: Path) -> Sequence[Toy]:
        return list(parse_cases(data / "cases.jsonl", Toy))

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[Toy]) -> Iterator[ToyScoring]:
        yield self.scoring


class Silent:
    """Implements `RunWatcher` without output."""

    def begin(self, suite: str, total: int, done: Sequence[CaseRecord]) -> None: ...

    def end_case(self, case: CaseRecord) -> None: ...


@dataclass(frozen=True)
class ToyRuns:
    """Runs the toy suite on `data`."""

    data: Path
    folder: RunFolder
    runner: Runner

    def suite(self, before: Callable[[str], None] = lambda _: None) -> ToySuite:
        return ToySuite(before)

    def write(self, rows: Sequence[dict[str, object]]) -> None:
        (self.data / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(
        self, suite: ToySuite | None = None, *, resume: str | None = None, selection: Selection | None = None
    ) -> RunRecord:
        request = RunRequest(data=self.data, selection=selection or Selection(), resume=resume)
        return self.runner.run(suite or ToySuite(), request, Silent())


@pytest.fixture(scope="session")
def stacks(running_footnote: Stack) -> Stacks:
    """Return stacks for suites. Each home has its own tenant in the running Footnote."""
    return OneStack(running_footnote)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of homes that suites share, so that the same documents are ingested only once."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the project's own data. Its name is the name of this data set."""
    return write_project_data(tmp_path_factory.mktemp("data") / PROJECT)


@pytest.fixture(scope="session")
def three_issuers(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the project's own data, reduced to three issuers."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("three") / PROJECT)
    for name in ("cases.jsonl", "documents.jsonl"):
        path = folder / name
        kept = [line for line in path.read_text().splitlines() if any(f'"{key}-' in line for key in THREE)]
        path.write_text("\n".join(kept) + "\n")
    for file in (folder / "documents").iterdir():
        if not file.name.startswith(THREE):
            file.unlink()
    return folder


@pytest.fixture
def toys(tmp_path: Path) -> ToyRuns:
    data = tmp_path / "data"
    data.mkdir()
    folder = RunFolder(tmp_path / "runs")
    runner = Runner(
        runs=folder,
        homes=tmp_path / "homes",
        cassettes=tmp_path / "cassettes",
        stacks=Stacks(notify=lambda _: None),
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )
    toys = ToyRuns(data, folder, runner)
    toys.write(
        [{"id": f"c{number}", "kind": "odd" if number % 2 else "even", "text": "x" * number} for number in range(1, 7)]
    )
    return toys


@pytest.fixture(scope="session")
def record_of() -> Callable[..., RunRecord]:
    return make_record


def make_record(
    scores: Sequence[float | None], *, run_id: str = "before", metric: MetricSpec | None = None, suite: str = "toy"
) -> RunRecord:
    """Make a run with cases `0, 1, …`. Their measure `m` is equal to their score."""
    manifest = RunManifest(
        id=run_id,
        suite=suite,
        suite_version="1",
        status=EvalRunStatus.DONE,
        started_at=datetime(2024, 2, 29, tzinfo=UTC),
        selection=Selection(),
        conditions=Conditions(
            commit="a" * 40,
            dirty=False,
            data_digest="d",
            data_name="data",
            settings_digest="s",
            embedding_space="e",
            cores=2,
        ),
        metrics=(metric or MetricSpec(name="m", of=("m",)),),
    )
    cases = tuple(
        CaseRecord(id=str(place), score=score, reason=f"scored {score}", measures={"m": score})
        for place, score in enumerate(scores)
    )
    return RunRecord(manifest=summarise(manifest, EvalRunStatus.DONE, cases), cases=cases)


_PERIODS = {
    "y1": "<xbrli:startDate>2031-01-01</xbrli:startDate><xbrli:endDate>2031-12-31</xbrli:endDate>",
    "y0": "<xbrli:startDate>2030-01-01</xbrli:startDate><xbrli:endDate>2030-12-31</xbrli:endDate>",
    "i1": "<xbrli:instant>2031-12-31</xbrli:instant>",
    "i0": "<xbrli:instant>2030-12-31</xbrli:instant>",
}
_SEGMENT = (
    '<xbrli:segment><xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">made:Tools'
    "</xbrldi:explicitMember></xbrli:segment>"
)
# The prefix "-" shows a figure in brackets and tags it as negative; "!" shows it in brackets and tags it as positive.
_INCOME = (
    ("Total revenues", "Revenues", "4,210", "3,985"),
    ("Cost of sales", "CostOfGoodsAndServicesSold", "2,600", "2,450"),
    ("Research and development", "ResearchAndDevelopmentExpense", "210", "195"),
    ("Quayside demurrage", "OtherCostAndExpenseOperating", "117", "115"),
    ("Provision for income taxes", "IncomeTaxExpenseBenefit", "150", "140"),
    ("Net income", "NetIncomeLoss", "1,133", "1,085"),
)
_BALANCE = (
    ("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", "312", "287"),
    ("Total assets", "Assets", "2,500", "2,400"),
    ("Total liabilities", "Liabilities", "700", "700"),
    ("Total stockholders’ equity", "StockholdersEquity", "1,800", "1,700"),
    ("Total liabilities and stockholders’ equity", "LiabilitiesAndStockholdersEquity", "2,500", "2,400"),
)
_CASH_FLOW = (
    ("Net income", "NetIncomeLoss", "1,133", "1,085"),
    ("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", "640", "600"),
    ("Capital expenditures", "PaymentsToAcquirePropertyPlantAndEquipment", "!140", "!130"),
    ("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "-140", "-130"),
    ("Dividends paid", "PaymentsOfDividends", "!475", "!450"),
    ("Net cash used in financing activities", "NetCashProvidedByUsedInFinancingActivities", "-475", "-450"),
)


def _cell(concept: str, context: str, figure: str) -> str:
    sign = 'sign="-" ' if figure.startswith("-") else ""
    tagged = (
        f'<ix:nonFraction name="us-gaap:{concept}" contextRef="{context}" unitRef="usd" scale="6" decimals="-6" {sign}'
        f'format="ixt:num-dot-decimal">{figure.lstrip("-!")}</ix:nonFraction>'
    )
    return f"<td>({tagged})</td>" if figure[0] in "-!" else f"<td>{tagged}</td>"


def _statement(title: str, contexts: tuple[str, str], rows: Sequence[tuple[str, ...]]) -> str:
    lines = "".join(
        f"<tr><td>{label}</td>{''.join(map(_cell, (concept, concept), contexts, figures))}</tr>"
        for label, concept, *figures in rows
    )
    return (
        f'<div style="page-break-before:always"><p>{title}</p><p>(In millions)</p>'
        '<table style="width:100%">'
        f"<tr><td>December 31,</td><td>2031</td><td>2030</td></tr>{lines}</table>"
        "<p>See accompanying notes to consolidated financial statements.</p></div>"
    )


def write_filing(more: str = "") -> str:
    """Return a fictional annual report in inline XBRL, with three small statements. `more` is appended to its body."""
    contexts = "".join(
        f'<xbrli:context id="{name}{tail}"><xbrli:entity><xbrli:identifier scheme="made">1</xbrli:identifier>{segment}'
        f"</xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"
        for name, period in _PERIODS.items()
        for tail, segment in (("", ""), ("-tools", _SEGMENT))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"'
        ' xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"'
        ' xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"'
        ' xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:us-gaap="http://fasb.org/us-gaap/2031"'
        ' xmlns:dei="http://xbrl.sec.gov/dei/2031" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<head><title>jtw-20311231</title><script>alert(1)</script></head><body>"
        '<div style="display:none"><ix:header><ix:hidden><ix:nonNumeric name="dei:AmendmentFlag" contextRef="y1">'
        f"hidden</ix:nonNumeric></ix:hidden><ix:resources>{contexts}"
        '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
        "</ix:resources></ix:header></div>"
        '<p>FORM <ix:nonNumeric name="dei:DocumentType" contextRef="y1">10-K</ix:nonNumeric></p>'
        "<p>ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)</p>"
        '<p>For the fiscal year ended <ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="y1">December 31, 2031'
        "</ix:nonNumeric></p><p>Juniper Tool Works, Inc.</p>"
        + _statement("CONSOLIDATED STATEMENTS OF INCOME FOR THE YEARS ENDED DECEMBER 31", ("y1", "y0"), _INCOME)
        + _statement("CONSOLIDATED BALANCE SHEETS", ("i1", "i0"), _BALANCE)
        + _statement("CONSOLIDATED STATEMENTS OF CASH FLOWS FOR THE YEARS ENDED DECEMBER 31", ("y1", "y0"), _CASH_FLOW)
        + f"{more}</body></html>"
    )


@pytest.fixture(scope="session")
def filing() -> Callable[..., str]:
    """Return `write_filing`. Its filings tag 17 lines for two years. Two of the lines are net income."""
    return write_filing


@pytest.fixture
def filings(tmp_path: Path, filing: Callable[..., str]) -> Path:
    """Return a folder that contains one filing with tags, and an HTML page that is not a filing."""
    folder = tmp_path / "filings"
    folder.mkdir()
    (folder / "jtw-10k.html").write_text(filing())
    (folder / "release.html").write_text("<html><body><p>Sales grew.</p></body></html>")
    return folder

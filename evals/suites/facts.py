"""Facts: precision and recall of the facts read from primary statements, against the tags of inline XBRL.

Each filing is read without its tags: as HTML (kind `html`), and printed to PDF if Chromium is installed (kind `pdf`);
printed files are kept. The truth is every us-gaap fact without dimensions that the filing tags in its statements of
income, comprehensive income, financial position and cash flows. `evals.datasets.ixbrl` defines which tables are these
statements. Facts are compared by standard item (`item_precision`, `item_recall` …) and by exact concept (`precision`,
`recall` …). Recall counts all tagged facts of the statements; by item, those whose concept has an item. The data is a
folder of filings (`evals.datasets.filings`).

Files are parsed in the sandbox and facts are read as in the pipeline, but in processes of this run: nothing is stored,
so no Footnote is started. A case is a filing in one format. With `--checks`, the suite is
`evals.suites.statement_checks` instead.

With `--left-out`, each filing is also read with a model of line items that is learnt without its company
(`left_out_item_precision` …). The folder beside the filings, `labels`, has the label tables to learn from, and the
models are kept. A large distance to the figures of the shipped model is a defect.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.errors import DocumentError
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.facts.model import Fact
from evals.datasets.files import require_file
from evals.datasets.filings import Filing, load_filings
from evals.datasets.tagged import TaggedFact
from evals.environment.context import SuiteContext, Used
from evals.environment.fact_reading import facts_of
from evals.environment.printing import PdfPrinter, PrintingFailedError, find_chromium
from evals.environment.provenance import ROOT, digest_files
from evals.environment.reading import read_document, reading_pool
from evals.environment.store import digest_texts, home_name
from evals.learning.left_out import ensure_left_out
from evals.running.engine import Case, Suite
from evals.scoring.facts import BY_CONCEPT, Compared, Fault, Wrong, by_item, compare_facts, is_of_statement
from evals.scoring.whole_statements import Failure, find_failures
from evals.suites.statement_checks import StatementChecksSuite

HTML, PDF = "html", "pdf"
CHECKS, LEFT_OUT = "checks", "left-out"
TRACED = 50
APPROVED = 0.975
"""Facts with at least this confidence count apart: left out, .991 of their concepts are right (docs/items.md)."""

LEVELS = ("item_", "")
"""The prefixes of the metrics of the levels of comparison: by standard item, and by concept."""

UNSEEN = "left_out_"
"""The prefix of the metrics of models that have not seen the company."""

_LEARNING = ("evals/learning", "app/facts/items", "app/facts/statements")


@dataclass(frozen=True, slots=True)
class FilingCase:
    """A filing in one format. The kind is the format."""

    id: str
    kind: str
    filing: Filing

    @property
    def file(self) -> str:
        return f"{self.filing.name}.{self.kind}"


@dataclass(frozen=True, slots=True)
class FactsScoring:
    """Scores filings in other processes. `folder` has the files without tags. `models` has the models of items that
    have not seen a company, by company. Implements `Scoring`.
    """

    pool: Executor
    folder: Path
    models: Mapping[str, Path] = field(default_factory=dict)
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: FilingCase) -> Case:
        return self.pool.submit(score_filing, case, self.folder, self.models.get(case.filing.company)).result()


def _metrics(prefix: str) -> tuple[MetricSpec, ...]:
    """Return the metrics of one level of comparison."""
    right, wrong, missed = f"{prefix}right", f"{prefix}wrong", f"{prefix}missed"
    tagged, read = f"{prefix}tagged", f"{prefix}read"
    lower, neither = Better.LOWER, Better.NEITHER
    return (
        MetricSpec(name=f"{prefix}f1", of=(right, wrong, missed), how=Aggregate.F1),
        MetricSpec(name=f"{prefix}precision", of=(right, read), how=Aggregate.RATIO),
        MetricSpec(name=f"{prefix}recall", of=(f"{prefix}found", tagged), how=Aggregate.RATIO),
        MetricSpec(
            name=f"{prefix}approved_precision",
            of=(f"{prefix}approved_right", f"{prefix}approved"),
            how=Aggregate.RATIO,
        ),
        MetricSpec(name=f"{prefix}approved_share", of=(f"{prefix}approved", read), how=Aggregate.RATIO, better=neither),
        MetricSpec(name=f"{prefix}right_share", of=(f"{prefix}found", tagged), how=Aggregate.RATIO),
        MetricSpec(name=f"{prefix}wrong_share", of=(f"{prefix}mistaken", tagged), how=Aggregate.RATIO, better=lower),
        MetricSpec(
            name=f"{prefix}declined_share", of=(f"{prefix}declined", tagged), how=Aggregate.RATIO, better=neither
        ),
        MetricSpec(name=f"{prefix}true_positives", of=(right,), how=Aggregate.SUM),
        MetricSpec(name=f"{prefix}false_positives", of=(wrong,), how=Aggregate.SUM, better=lower),
        MetricSpec(name=f"{prefix}false_negatives", of=(missed,), how=Aggregate.SUM, better=lower),
        *(
            MetricSpec(name=name, of=(name,), how=Aggregate.SUM, better=lower)
            for name in (f"{prefix}wrong_{fault.value.replace('-', '_')}" for fault in Fault)
        ),
    )


class FactsSuite(Suite[FilingCase]):
    name = "facts"
    version = "2"
    purpose = "statement facts by standard item, concept, period and value, against the tags of inline XBRL"
    options = frozenset({CHECKS, LEFT_OUT})
    metrics = (
        *(metric for prefix in LEVELS for metric in _metrics(prefix)),
        *(
            metric.model_copy(
                update={"name": f"{UNSEEN}{metric.name}", "of": tuple(f"{UNSEEN}{name}" for name in metric.of)}
            )
            for prefix in LEVELS
            for metric in _metrics(prefix)
            if metric.name.endswith(("precision", "recall"))
        ),
        MetricSpec(name="filings_failed", of=("failed",), how=Aggregate.SUM, better=Better.LOWER),
        *(
            MetricSpec(name=name, of=(name,), how=Aggregate.SUM, better=Better.LOWER)
            for name in (f"statements_{failure.value}" for failure in Failure)
        ),
    )

    def __init__(self, *, left_out: bool = False) -> None:
        self._left_out = left_out

    def with_options(self, options: Collection[str]) -> Suite[Any]:
        if CHECKS in options:
            return StatementChecksSuite().with_options(options)
        super().with_options(options)
        return FactsSuite(left_out=LEFT_OUT in options)

    def load(self, data: Path) -> Sequence[FilingCase]:
        filings = load_filings(data)
        return [FilingCase(f"{filing.name}/{kind}", kind, filing) for kind in (HTML, PDF) for filing in filings]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[FilingCase]) -> Iterator[FactsScoring]:
        folder = context.homes / "filings" / home_name(context.data_digest)
        folder.mkdir(parents=True, exist_ok=True)
        models = self._models(context, folder, cases) if self._left_out else {}
        context.notify(f"Reading the facts of {len(cases)} documents")
        with reading_pool() as pool:
            yield FactsScoring(pool, folder, models)

    def _models(self, context: SuiteContext, folder: Path, cases: Sequence[FilingCase]) -> Mapping[str, Path]:
        labels = require_file(context.data.parent / "labels", "tables.jsonl")
        for case in cases:
            _write_plain(case, folder)
        context.notify("Learning models of line items without the companies of each fold")
        code = digest_files((path for part in _LEARNING for path in (ROOT / part).rglob("*.py")), root=ROOT)
        place = context.homes / "left-out" / digest_texts([context.data_digest, code])[:16]
        return ensure_left_out(labels, context.data, folder, place)


def score_filing(case: FilingCase, folder: Path, model: Path | None = None) -> Case:
    """Read one filing and compare its facts with the tags. With `model`, they are read with that model, too.

    Raises DatasetError.
    """
    if not case.filing.facts:
        return Case(case.id, None, "the filing tags no primary statement")
    try:
        path = _write_plain(case, folder)
        if path is None:
            return Case(case.id, None, "Chromium is not installed, so no PDF can be printed")
        document = read_document(path)
        facts = facts_of(document)
        unseen = None if model is None else facts_of(document, model)
    except (DocumentError, PrintingFailedError) as error:
        return Case(case.id, None, f"{error.code}: {error.detail}")
    return judge_facts(case, facts, unseen)


def _write_plain(case: FilingCase, folder: Path) -> Path | None:
    """Write the filing without tags in the case's format, if it is not there. Return None without Chromium.

    An existing PDF is reused: Chromium needs seconds for it, and writes the time into it.
    """
    path = folder / case.file
    if case.kind == HTML:
        path.write_bytes(case.filing.read_plain())
    elif not path.exists():
        if (chromium := find_chromium()) is None:
            return None
        PdfPrinter(chromium).print_page(case.filing.read_plain(), path)
    return path


def judge_facts(case: FilingCase, facts: Sequence[Fact], unseen: Sequence[Fact] | None = None) -> Case:
    """Build the case of one filing. Its score is F1 by standard item, or by concept if no tagged fact has an item.

    `unseen` are the facts that a model read which has not seen the company.
    """
    filing = case.filing
    compared = _compare(filing, facts)
    left_out = {} if unseen is None else _compare(filing, unseen)
    failures = find_failures(filing.facts, facts)
    scores = {prefix: found for prefix, each in compared.items() if (found := _f1(each)) is not None}
    by_item, by_concept = compared["item_"], compared[""]
    return Case(
        id=case.id,
        kind=case.kind,
        score=next(iter(scores.values()), None),
        reason=(
            f"by item {len(by_item.found)} of {_asked(by_item)} tagged facts, {len(by_item.wrong)} wrong ones; "
            f"by concept {len(by_concept.found)} of {_asked(by_concept)}, {len(by_concept.wrong)} wrong ones"
        ),
        measures={
            **{
                f"{prefix}{name}": value for prefix, each in compared.items() for name, value in _measures(each).items()
            },
            **{
                f"{UNSEEN}{prefix}{name}": value
                for prefix, each in left_out.items()
                for name, value in _measures(each).items()
            },
            "failed": float(bool(failures)),
            **{
                f"statements_{failure.value}": float(sum(f is failure for f in failures.values()))
                for failure in Failure
            },
        },
        details={
            "company": filing.company,
            "by_statement": {"item": _by_statement(by_item), "concept": _by_statement(by_concept)},
            "failed": {statement.value: failure.value for statement, failure in failures.items()},
        },
        trace={
            "wrong_items": [_trace_of_wrong(found) for found in by_item.wrong[:TRACED]],
            "missed_items": [_trace_of_tagged(fact) for fact in by_item.missed[:TRACED]],
            "wrong": [_trace_of_wrong(found) for found in by_concept.wrong[:TRACED]],
            "missed": [_trace_of_tagged(fact) for fact in by_concept.missed[:TRACED]],
            "unnamed": sum(is_of_statement(fact) and fact.concept is None and fact.item is None for fact in facts),
        },
    )


def _compare(filing: Filing, facts: Sequence[Fact]) -> dict[str, Compared]:
    return {
        prefix: compare_facts(filing.facts, facts, level, elsewhere=filing.elsewhere)
        for prefix, level in zip(LEVELS, (by_item(filing.facts), BY_CONCEPT), strict=True)
    }


def _f1(compared: Compared) -> float | None:
    right, wrong, missed = len(compared.right), len(compared.wrong), len(compared.missed)
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else None


def _asked(compared: Compared) -> int:
    return len(compared.found) + len(compared.missed)


def _measures(compared: Compared) -> dict[str, float]:
    level = compared.level
    approved = [fact for fact in compared.right if level.confidence_of(fact) >= APPROVED]
    wrongly = [found for found in compared.wrong if level.confidence_of(found.fact) >= APPROVED]
    meant = {found.meant.id for found in compared.wrong if found.meant is not None}
    mistaken = sum(fact.id in meant for fact in compared.missed)
    counts = {
        "right": len(compared.right),
        "wrong": len(compared.wrong),
        "read": len(compared.right) + len(compared.wrong),
        "found": len(compared.found),
        "missed": len(compared.missed),
        "tagged": _asked(compared),
        "mistaken": mistaken,
        "declined": len(compared.missed) - mistaken,
        "approved_right": len(approved),
        "approved": len(approved) + len(wrongly),
        **{
            f"wrong_{fault.value.replace('-', '_')}": sum(found.fault is fault for found in compared.wrong)
            for fault in Fault
        },
    }
    return {name: float(count) for name, count in counts.items()}


def _by_statement(compared: Compared) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, statements in (
        ("found", [fact.statement for fact in compared.found]),
        ("wrong", [each.fact.statement for each in compared.wrong]),
        ("missed", [fact.statement for fact in compared.missed]),
    ):
        for statement in statements:
            counts = found.setdefault(statement.value, {"found": 0, "wrong": 0, "missed": 0})
            counts[name] += 1
    return dict(sorted(found.items()))


def _trace_of_wrong(found: Wrong) -> dict[str, object]:
    fact = found.fact
    return {
        "fault": found.fault.value,
        "name": found.name,
        "statement": fact.statement.value,
        "label": list(fact.label_path),
        "period": str(fact.period),
        "value": str(fact.value),
        "confidence": round(fact.confidence, 4),
        "page": fact.place.page,
        "table": fact.place.table,
        "row": fact.place.row,
        "column": fact.place.column,
        "meant": None if found.meant is None else _trace_of_tagged(found.meant),
    }


def _trace_of_tagged(fact: TaggedFact) -> dict[str, object]:
    return {
        "line_item": fact.line_item,
        "statement": fact.statement.value,
        "period": str(fact.period),
        "value": str(fact.value),
    }


SUITE = FactsSuite()

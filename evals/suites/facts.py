"""Facts: precision and recall of the facts proposed from primary statements, against the tags of inline XBRL.

Each filing is read without its tags: as HTML (kind `html`), and printed to PDF if Chromium is installed (kind `pdf`).
The truth is every us-gaap fact without dimensions that the filing tags in its income statement, balance sheet or
statement of cash flows. `evals.datasets.ixbrl` defines which tables are these statements. Recall counts all these
facts, even those with a line item that Footnote does not know. Any other proposed fact is wrong, even if it is tagged
elsewhere in the filing. The data is a folder of filings (`evals.datasets.filings`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.core.principal import Principal
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.facts.proposals import ProposedFact
from app.facts.service import FactService
from app.stack.home import Home
from evals.datasets.filings import Filing, load_filings
from evals.datasets.tagged import TaggedFact
from evals.environment.context import SuiteContext, Used
from evals.environment.printing import PdfPrinter, PrintingFailedError, find_chromium
from evals.environment.store import digest_texts, home_name, open_store, pipeline_digest
from evals.running.engine import Case, Suite
from evals.scoring.facts import Compared, Fault, Wrong, compare_facts

HTML, PDF = "html", "pdf"
TRACED = 50


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
    """Reads documents as one principal. Implements `Scoring`."""

    service: FactService
    principal: Principal
    documents: Mapping[str, UUID]
    unread: Mapping[str, str]
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: FilingCase) -> Case:
        if not case.filing.facts:
            return Case(case.id, None, "the filing tags no primary statement")
        document = self.documents.get(case.file)
        if document is None:
            return Case(case.id, None, self.unread.get(case.file, "the document could not be read"))
        return judge_facts(case, self.service.list_proposed(self.principal, document))


class FactsSuite(Suite[FilingCase]):
    name = "facts"
    version = "1"
    purpose = "statement facts by line item, period and value, against the tags of inline XBRL"
    metrics = (
        MetricSpec(name="f1", of=("right", "wrong", "missed"), how=Aggregate.F1),
        MetricSpec(name="precision", of=("right", "proposed"), how=Aggregate.RATIO),
        MetricSpec(name="recall", of=("right", "tagged"), how=Aggregate.RATIO),
        MetricSpec(name="true_positives", of=("right",), how=Aggregate.SUM),
        MetricSpec(name="false_positives", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="false_negatives", of=("missed",), how=Aggregate.SUM, better=Better.LOWER),
        *(
            MetricSpec(
                name=f"wrong_{fault.name.lower()}",
                of=(f"wrong_{fault.name.lower()}",),
                how=Aggregate.SUM,
                better=Better.LOWER,
            )
            for fault in Fault
        ),
    )

    def load(self, data: Path) -> Sequence[FilingCase]:
        filings = load_filings(data)
        return [FilingCase(f"{filing.name}/{kind}", kind, filing) for kind in (HTML, PDF) for filing in filings]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[FilingCase]) -> Iterator[FactsScoring]:
        readable = [case for case in cases if case.filing.facts]
        name = digest_texts(sorted(case.file for case in readable))[:16]
        context.notify(f"Writing {len(readable)} documents without tags")
        files, unread = _write_all(readable, context.homes / "filings" / home_name(context.data_digest))
        stack = context.stacks.on(Home.at(context.homes / f"filings-{home_name(context.data_digest)}"))
        with open_store(stack, files, notify=context.notify, place=f"{name} {pipeline_digest()[:16]}") as store:
            failed = {o.path.name: f"{o.code}: {o.detail}" for o in store.outcomes if o.failed}
            yield FactsScoring(
                service=FactService(database=store.database),
                principal=store.principal,
                documents={file: document for document, names in store.files.items() for file in names},
                unread={**unread, **failed},
            )


def _write_all(cases: Sequence[FilingCase], folder: Path) -> tuple[list[Path], dict[str, str]]:
    """Write the cases' files into the folder. Return the written files, and the reasons for failed files by name.

    An existing PDF is reused, because Chromium writes the time into each PDF and so changes its digest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chromium, unread = find_chromium(), dict[str, str]()
    for case in cases:
        path = folder / case.file
        if case.kind == HTML:
            path.write_bytes(case.filing.read_plain())
        elif chromium is None:
            unread[case.file] = "Chromium is not installed, so no PDF can be printed"
        elif not path.exists():
            try:
                PdfPrinter(chromium).print_page(case.filing.read_plain(), path)
            except PrintingFailedError as error:
                unread[case.file] = f"{error.code}: {error.detail}"
    return [folder / case.file for case in cases if case.file not in unread], unread


def judge_facts(case: FilingCase, proposed: Sequence[ProposedFact]) -> Case:
    """Build the case of one filing; its score is F1."""
    compared = compare_facts(case.filing.facts, proposed)
    right, wrong, missed = len(compared.right), len(compared.wrong), len(compared.missed)
    return Case(
        id=case.id,
        kind=case.kind,
        score=2 * right / (2 * right + wrong + missed),
        reason=f"{right} of {right + missed} tagged facts, {wrong} wrong ones",
        measures={
            "right": float(right),
            "wrong": float(wrong),
            "missed": float(missed),
            "proposed": float(right + wrong),
            "tagged": float(right + missed),
            **{
                f"wrong_{fault.name.lower()}": float(sum(found.fault is fault for found in compared.wrong))
                for fault in Fault
            },
        },
        details={"by_statement": _by_statement(compared)},
        trace={
            "wrong": [_trace_of_wrong(found) for found in compared.wrong[:TRACED]],
            "missed": [_trace_of_tagged(fact) for fact in compared.missed[:TRACED]],
        },
    )


def _by_statement(compared: Compared) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, statements in (
        ("right", [fact.statement for fact in compared.right]),
        ("wrong", [each.proposed.statement for each in compared.wrong]),
        ("missed", [fact.statement for fact in compared.missed]),
    ):
        for statement in statements:
            counts = found.setdefault(statement.value, {"right": 0, "wrong": 0, "missed": 0})
            counts[name] += 1
    return dict(sorted(found.items()))


def _trace_of_wrong(found: Wrong) -> dict[str, object]:
    fact = found.proposed
    return {
        "fault": found.fault.value,
        "line_item": fact.line_item,
        "label": fact.label,
        "period": str(fact.period),
        "value": str(fact.value),
        "page": fact.page_number,
        "from": fact.char_start,
        "to": fact.char_end,
        "meant": None if found.meant is None else _trace_of_tagged(found.meant),
    }


def _trace_of_tagged(fact: TaggedFact) -> dict[str, object]:
    return {"line_item": fact.line_item, "period": str(fact.period), "value": str(fact.value)}


SUITE = FactsSuite()

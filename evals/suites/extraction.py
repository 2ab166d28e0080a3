"""Extraction: the fields of a schema in contracts and agreements, against experts' labels, and the lines of reports.

The data is a folder of labels (`evals.datasets.extraction`), a folder of tagged filings (`evals.suites.filed_fields`),
or labels with tagged filings in `filings/`. A case is one field of one document. Files are parsed in
the sandbox and read as in the pipeline, but in processes of this run: nothing is stored, so no Footnote is started.

With `--left-out`, each document's confidences, and the decisions that depend on them, are learnt from the other
documents of the folder. Without it, the shipped ones are used, which may have been learnt from these documents.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.review.proposals import Proposal, ProposalState
from app.review.value_texts import print_value
from evals.datasets.agreements.loading import is_made
from evals.datasets.agreements.making import write_agreements
from evals.datasets.contracts.writing import write_contracts
from evals.datasets.extraction import DOCUMENTS, Label, SchemaLabels, load_labels
from evals.datasets.made_fields import AGREEMENTS
from evals.environment.context import SuiteContext, Used
from evals.environment.fields import ReadFields, read_fields
from evals.environment.filed_reports import is_filings
from evals.environment.reading import reading_pool
from evals.learning.extraction.fitting import fit_left_out
from evals.learning.extraction.lessons import lessons_of
from evals.learning.made_facts import write_made_facts
from evals.running.engine import Case, Suite
from evals.scoring.extraction import Judged, Outcome, is_right, judge_field, with_parts
from evals.suites.filed_fields import FILED_METRICS, FiledScoring, LineCase, load_lines, open_filed
from evals.suites.made_fields import MADE_METRICS, MadeCase, MadeScoring, load_made_cases, read_made
from workers.extraction.fields.grading import Confidences

LEFT_OUT = "left-out"
SURE = 0.9
"""The confidence above which a policy may approve a value at once."""

FILINGS = "filings"
"""The folder of tagged filings beside labels."""

VALUES = (
    "document_name", "parties", "agreement_date", "effective_date", "expiration_date", "renewal_term",
    "notice_to_terminate_renewal", "governing_law",
)  # fmt: skip
CLAUSES = (
    "anti_assignment", "audit_rights", "change_of_control", "insurance", "liability_cap", "minimum_commitment",
    "revenue_sharing", "termination_for_convenience",
)  # fmt: skip
_PARTS = {"ebitda_add_backs": ("ebitda_definition", "ebitda_caps")}
"""Fields whose labels have the values of other fields, too."""

DATES = ("agreement_date", "effective_date", "expiration_date")


@dataclass(frozen=True, slots=True)
class FieldCase:
    """A field of a document. Its kind is the key of the field."""

    id: str
    kind: str
    label: Label


@dataclass(frozen=True, slots=True)
class ExtractionScoring:
    """Judges fields that were read when the suite was opened. `proposals` are by document and key."""

    proposals: Mapping[str, Mapping[str, Proposal]]
    failures: Mapping[str, str]
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    filed: FiledScoring = FiledScoring({}, {})  # noqa: RUF009  a frozen value can be shared

    made: MadeScoring = MadeScoring({}, {})  # noqa: RUF009  a frozen value can be shared

    def score(self, case: FieldCase | LineCase | MadeCase) -> Case:
        if isinstance(case, MadeCase):
            return self.made.score(case)
        if isinstance(case, LineCase):
            return self.filed.score(case)
        document = case.label.document
        if document in self.failures:
            return Case(case.id, None, self.failures[document], kind=case.kind, measures={"failed": 1.0})
        fields = self.proposals[document]
        proposal = fields.get(case.kind)
        if proposal is None:
            return Case(case.id, None, "the schema has no such field", kind=case.kind)
        if case.kind in _PARTS:
            proposal = with_parts(proposal, [fields.get(key) for key in _PARTS[case.kind]])
        return judge_case(case, proposal, judge_field(case.label, proposal, fields.get("initial_term")))


def _f1(name: str) -> MetricSpec:
    return MetricSpec(name=f"{name}_f1", of=(f"{name}_hits", f"{name}_false", f"{name}_missed"), how=Aggregate.F1)


def _balanced(name: str) -> MetricSpec:
    parts = tuple(f"{name}_{part}" for part in ("found", "overlooked", "clear", "invented"))
    return MetricSpec(name=f"{name}_balanced", of=parts, how=Aggregate.BALANCED)


class ExtractionSuite(Suite[FieldCase | LineCase | MadeCase]):
    name = "extraction"
    version = "1"
    purpose = "fields of contracts and credit agreements, with quotes and confidence, against experts' labels"
    options = frozenset({LEFT_OUT})
    metrics = (
        _f1("dates"),
        *map(_f1, VALUES),
        _balanced("clauses"),
        *map(_balanced, CLAUSES),
        MetricSpec(name="right", of=("right_field", "judged"), how=Aggregate.RATIO),
        MetricSpec(name="wrong", of=("wrong_field", "judged"), how=Aggregate.RATIO, better=Better.LOWER),
        MetricSpec(name="unread", of=("unread", "judged"), how=Aggregate.RATIO, better=Better.LOWER),
        MetricSpec(name="with_quote", of=("with_quote", "found"), how=Aggregate.RATIO),
        MetricSpec(name="quote_overlaps", of=("quoted", "quotes_judged"), how=Aggregate.RATIO),
        MetricSpec(name="absent_with_proof", of=("proved", "absent"), how=Aggregate.RATIO),
        MetricSpec(name="sure_right", of=("sure_right", "sure"), how=Aggregate.RATIO),
        MetricSpec(name="sure_wrong", of=("sure_wrong", "sure"), how=Aggregate.RATIO, better=Better.LOWER),
        MetricSpec(name="sure_share", of=("sure", "judged"), how=Aggregate.RATIO),
        MetricSpec(name="brier", of=("squared_error",), better=Better.LOWER),
        *FILED_METRICS,
        *MADE_METRICS,
        MetricSpec(name="failed", of=("failed",), how=Aggregate.SUM, better=Better.LOWER),
    )

    def __init__(self, *, left_out: bool = False) -> None:
        self._left_out = left_out

    def with_options(self, options: Collection[str]) -> Suite[Any]:
        super().with_options(options)
        return ExtractionSuite(left_out=LEFT_OUT in options)

    def write_own(self, folder: Path) -> Path:
        write_made_facts(folder / FILINGS)
        write_agreements(folder / AGREEMENTS, seeds=(1,))
        return write_contracts(folder)

    def load(self, data: Path) -> Sequence[FieldCase | LineCase | MadeCase]:
        if is_made(data):
            return load_made_cases(data)
        filings = _filings_of(data)
        lines = [] if filings is None else load_lines(filings)
        if filings == data:
            return lines
        schema, labels = load_labels(data)
        made = load_made_cases(data / AGREEMENTS) if is_made(data / AGREEMENTS) else []
        return [*(FieldCase(label.id, schema.key_of(label.field), label) for label in labels), *lines, *made]

    @contextmanager
    def open(
        self, context: SuiteContext, cases: Sequence[FieldCase | LineCase | MadeCase]
    ) -> Iterator[ExtractionScoring]:
        made = [case for case in cases if isinstance(case, MadeCase)]
        lines = [case for case in cases if isinstance(case, LineCase)]
        fields = [case for case in cases if isinstance(case, FieldCase)]
        with ExitStack() as stack:
            filed = FiledScoring({}, {})
            if (filings := _filings_of(context.data)) is not None and lines:
                filed = stack.enter_context(open_filed(context, filings, lines, left_out=self._left_out))
            labelled = self._open_labelled(context, fields) if fields else ExtractionScoring({}, {})
            yield replace(labelled, filed=filed, made=read_made(context, _made_of(context.data), made))

    def _open_labelled(self, context: SuiteContext, cases: Sequence[FieldCase]) -> ExtractionScoring:
        schema, labels = load_labels(context.data)
        names = sorted({label.document for label in labels} if self._left_out else {c.label.document for c in cases})
        context.notify(f"Reading the fields of {len(names)} documents")
        paths = [context.data / DOCUMENTS / name for name in names]
        with reading_pool() as pool:
            read = dict(zip(names, pool.map(read_fields, paths, [schema.schema] * len(paths)), strict=True))
        failures = {name: each.failure for name, each in read.items() if each.failure is not None}
        return ExtractionScoring(propose(schema, labels, read, left_out=self._left_out), failures)


def _made_of(data: Path) -> Path:
    """Return the folder of made agreements: the data itself, or the one in it."""
    return data if is_made(data) else data / AGREEMENTS


def _filings_of(data: Path) -> Path | None:
    """Return the folder of tagged filings: the data itself, or the one in it, if any."""
    return next((folder for folder in (data, data / FILINGS) if folder.is_dir() and is_filings(folder)), None)


def propose(
    schema: SchemaLabels, labels: Sequence[Label], read: Mapping[str, ReadFields], *, left_out: bool
) -> dict[str, dict[str, Proposal]]:
    """Return the proposals of each document by key. If `left_out`, with what the other documents teach."""
    if not left_out:
        return {name: {key: field.proposal for key, field in each.fields.items()} for name, each in read.items()}
    learnt = fit_left_out(lessons_of(schema, labels, read))
    return {
        name: {
            key: field.with_confidences(learnt.get(name, {}).get(field.learnt_as, Confidences()))
            for key, field in each.fields.items()
        }
        for name, each in read.items()
    }


def judge_case(case: FieldCase, proposal: Proposal, judged: Judged) -> Case:
    """Build the case of a field. Its score is 1 if it is right."""
    outcome, right, key = judged.outcome, is_right(judged), case.kind
    was_read = proposal.state is not ProposalState.UNREAD
    measures: dict[str, float | None] = {"failed": 0.0}
    if outcome is not None:
        sure = float(proposal.confidence >= SURE)
        is_wrong = float(outcome in (Outcome.WRONG, Outcome.INVENTED) or (outcome is Outcome.MISSED and was_read))
        measures |= {
            "judged": 1.0,
            "right_field": float(right is True),
            "wrong_field": is_wrong,
            "unread": float(not was_read),
            "sure": sure,
            "sure_right": sure * float(right is True),
            "sure_wrong": sure * is_wrong,
            **_counts(key, judged),
        }
        if was_read:
            measures |= {
                "confidence": proposal.confidence,
                "right": float(right is True),
                "squared_error": (proposal.confidence - float(right is True)) ** 2,
            }
        measures |= _proofs(proposal, judged)
    value = None if proposal.value is None else print_value(proposal.value)
    name = outcome.value if outcome else "not judged"
    return Case(
        id=case.id,
        kind=key,
        score=None if right is None else float(right),
        reason=f"{name}: read {value!r} ({proposal.state.value}) for {case.label.value!r}",
        measures=measures,
        details={"read": value, "state": proposal.state.value, "outcome": outcome.value if outcome else None},
        trace={
            "truth": case.label.value,
            "clauses": list(case.label.clauses[:3]),
            "quotes": [[each.page, each.quote[:500]] for each in proposal.evidence[:3]],
            "confidence": round(proposal.confidence, 4),
            "checks": [[check.name, check.passed, check.sentence] for check in proposal.checks],
        },
    )


def _counts(key: str, judged: Judged) -> dict[str, float]:
    if key in CLAUSES:
        outcomes = {
            "found": Outcome.RIGHT, "overlooked": Outcome.MISSED, "clear": Outcome.CLEAR, "invented": Outcome.INVENTED,
        }  # fmt: skip
        return {
            f"{name}_{part}": float(judged.outcome is outcome)
            for name in (key, "clauses")
            for part, outcome in outcomes.items()
        }
    counts = {"hits": judged.hits, "false": judged.false, "missed": judged.missed}
    names = (key, "dates") if key in DATES else (key,)
    return {f"{name}_{part}": float(count) for name in names for part, count in counts.items()}


def _proofs(proposal: Proposal, judged: Judged) -> dict[str, float]:
    measures: dict[str, float] = {}
    if proposal.state is ProposalState.FOUND:
        measures |= {"found": 1.0, "with_quote": float(bool(proposal.evidence))}
    if proposal.state is ProposalState.ABSENT:
        measures |= {"absent": 1.0, "proved": float(proposal.search is not None and bool(proposal.search.pages))}
    if judged.quoted is not None:
        measures |= {"quotes_judged": 1.0, "quoted": float(judged.quoted)}
    return measures


SUITE = ExtractionSuite()
"""The suite of fields."""

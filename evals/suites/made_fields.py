"""The made agreements' part of the suite `extraction`: fictional credit agreements and notes offerings in many layouts.

The data is a folder that `python -m evals.datasets.agreements` writes. A case is one field of one document. F1 counts
parts: items of lists, rows of tables, or the value (`evals.scoring.field_values`). Absent fields count, too: a value
that is read for one is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.review.proposals import Proposal, ProposalState
from app.review.value_texts import print_value
from evals.datasets.agreements.loading import MadeField, load_made
from evals.datasets.agreements.making import DOCUMENTS
from evals.environment.context import SuiteContext, Used
from evals.environment.fields import read_fields
from evals.environment.reading import reading_pool
from evals.running.engine import Case
from evals.scoring.field_values import judge_value

SURE = 0.9
"""The confidence above which a policy may approve a value at once."""

_PARTS = ("made_found", "made_false", "made_missed")
MADE_METRICS = (
    MetricSpec(name="made_f1", of=_PARTS, how=Aggregate.F1),
    MetricSpec(name="made_credit_f1", of=tuple(f"{part}_credit" for part in _PARTS), how=Aggregate.F1),
    MetricSpec(name="made_offering_f1", of=tuple(f"{part}_offering" for part in _PARTS), how=Aggregate.F1),
    MetricSpec(name="made_right", of=("made_right_field", "made_judged"), how=Aggregate.RATIO),
    MetricSpec(name="made_sure_wrong", of=("made_sure_false", "made_sure"), how=Aggregate.RATIO, better=Better.LOWER),
)


@dataclass(frozen=True, slots=True)
class MadeCase:
    """A field of a made document. Its kind is the key of the field."""

    id: str
    kind: str
    made: MadeField


@dataclass(frozen=True, slots=True)
class MadeScoring:
    """Judges fields that were read when the suite was opened. `proposals` are by document and key."""

    proposals: Mapping[str, Mapping[str, Proposal]]
    failures: Mapping[str, str]
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: MadeCase) -> Case:
        document = case.made.document
        if document in self.failures:
            return Case(case.id, None, self.failures[document], kind=case.kind, measures={"failed": 1.0})
        return judge_made(case, self.proposals[document][case.kind])


def load_made_cases(data: Path) -> Sequence[MadeCase]:
    return [MadeCase(each.id, each.field, each) for each in load_made(data)]


def read_made(context: SuiteContext, data: Path, cases: Sequence[MadeCase]) -> MadeScoring:
    """Read the fields of the cases' documents in other processes. `data` is the folder of made agreements."""
    schemas = {case.made.document: case.made.schema_key for case in cases}
    if not schemas:
        return MadeScoring({}, {})
    context.notify(f"Reading the fields of {len(schemas)} made documents")
    paths = [data / DOCUMENTS / name for name in schemas]
    with reading_pool() as pool:
        read = dict(zip(schemas, pool.map(read_fields, paths, schemas.values()), strict=True))
    failures = {name: each.failure for name, each in read.items() if each.failure is not None}
    proposals = {name: {key: field.proposal for key, field in each.fields.items()} for name, each in read.items()}
    return MadeScoring(proposals, failures)


def judge_made(case: MadeCase, proposal: Proposal) -> Case:
    """Build the case of a field. Its score is 1 if all parts are right."""
    truth = case.made.truth()
    is_absent = proposal.state is ProposalState.ABSENT and truth is None
    read = None if is_absent else proposal.value
    judged = judge_value(truth, read)
    sure = float(proposal.confidence >= SURE)
    right = float(judged.is_right)
    parts = dict(zip(_PARTS, (judged.found, judged.read - judged.found, judged.parts - judged.found), strict=True))
    suffix = "credit" if case.made.schema_key.startswith("credit") else "offering"
    counts = {name: float(count) for name, count in parts.items()}
    counts |= {f"{name}_{suffix}": count for name, count in counts.items()}
    value = None if read is None else print_value(read)
    wanted = None if truth is None else print_value(truth)
    return Case(
        id=case.id,
        kind=case.kind,
        score=right,
        reason=f"read {value!r} ({proposal.state.value}) for {wanted!r}",
        measures={
            **counts,
            "failed": 0.0,
            "made_judged": 1.0,
            "made_right_field": right,
            "made_sure": sure,
            "made_sure_false": sure * (1.0 - right),
            "confidence": proposal.confidence,
            "right": right,
        },
        details={"layout": case.made.layout, "state": proposal.state.value},
        trace={"quotes": [[each.page, each.quote[:500]] for each in proposal.evidence[:3]]},
    )

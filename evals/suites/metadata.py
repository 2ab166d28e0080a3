"""Metadata: issuer, type, fiscal year and quarter, period end, filing date, and the parties of agreements.

The data is a folder of documents with their metadata (`evals.datasets.described` has the formats). A case is a
document. Files are parsed in the sandbox and metadata is read as in the pipeline, but in processes of this run: nothing
is stored, so no Footnote is started. The name of a file is hidden, because people name files after what they contain.

With `--plain`, the tags of filings in inline XBRL are removed before they are read. A PDF has no tags.

A label of the data's publisher is judged only if the document agrees with it (`drop_unfounded_labels`); `unjudged`
counts the other labels.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import DocumentError
from app.documents.metadata import DocumentMetadata
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from evals.datasets.described import Described, load_described
from evals.datasets.ixbrl import strip_tags
from evals.environment.context import SuiteContext, Used
from evals.environment.reading import read_page_metadata, reading_pool
from evals.environment.store import home_name
from evals.running.engine import Case, Suite
from evals.scoring.metadata import JudgedField, Outcome, by_role, count_matches, drop_unfounded_labels, judge_metadata

PLAIN = "plain"
FIELDS = (
    "issuer",
    "document_type",
    "fiscal_year",
    "fiscal_period",
    "period_end",
    "filing_date",
    "filing_date_near",
    "reported",
)
SURE = 0.9
"""Issuers with at least this confidence have their own metric: searches for other issuers skip their documents."""


@dataclass(frozen=True, slots=True)
class MetadataCase:
    """A document. Its kind is its true type."""

    id: str
    kind: str
    described: Described


@dataclass(frozen=True, slots=True)
class MetadataScoring:
    """Scores documents in other processes. `folder` has the files without tags, if tags are hidden."""

    pool: Executor
    folder: Path | None
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: MetadataCase) -> Case:
        return self.pool.submit(score_document, case, self.folder).result()


def _field_metrics(name: str) -> tuple[MetricSpec, ...]:
    return (
        MetricSpec(name=name, of=(f"{name}_right", f"{name}_judged"), how=Aggregate.RATIO),
        MetricSpec(name=f"{name}_wrong", of=(f"{name}_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name=f"{name}_missing", of=(f"{name}_missing",), how=Aggregate.SUM, better=Better.LOWER),
    )


class MetadataSuite(Suite[MetadataCase]):
    name = "metadata"
    version = "1"
    purpose = "issuer, type, fiscal year and quarter, period end, filing date and parties, against tags or labels"
    options = frozenset({PLAIN})
    metrics = (
        *(metric for name in FIELDS for metric in _field_metrics(name)),
        MetricSpec(name="sure_issuer", of=("sure_right", "sure"), how=Aggregate.RATIO),
        MetricSpec(name="sure_issuer_share", of=("sure", "issuer_judged"), how=Aggregate.RATIO),
        MetricSpec(name="parties_recall", of=("parties_found", "parties"), how=Aggregate.RATIO),
        MetricSpec(name="parties_precision", of=("parties_found", "parties_read"), how=Aggregate.RATIO),
        MetricSpec(name="labels_unjudged", of=("unjudged",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="documents_failed", of=("failed",), how=Aggregate.SUM, better=Better.LOWER),
    )

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def with_options(self, options: Collection[str]) -> Suite[Any]:
        super().with_options(options)
        return MetadataSuite(plain=PLAIN in options)

    def load(self, data: Path) -> Sequence[MetadataCase]:
        return [
            MetadataCase(each.path.stem, each.truth.document_type or "", each)
            for each in load_described(data)
            if each.truth.model_fields_set - {"document"}
        ]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[MetadataCase]) -> Iterator[MetadataScoring]:
        folder = context.homes / "filings" / home_name(context.data_digest) if self._plain else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        context.notify(f"Reading the metadata of {len(cases)} documents")
        with reading_pool() as pool:
            yield MetadataScoring(pool, folder)


def score_document(case: MetadataCase, folder: Path | None) -> Case:
    """Read one document and judge its metadata. Raises DatasetError."""
    described = case.described
    path = described.path
    if folder is not None and described.tagged:
        path = folder / f"{path.stem}.html"
        path.write_bytes(strip_tags(described.path.read_bytes(), path.name))
    began = time.perf_counter()
    try:
        pages, read, seconds = read_page_metadata(path)
    except DocumentError as failure:
        return Case(
            case.id,
            None,
            f"{failure.code}: {failure.detail}",
            kind=case.kind,
            measures={"failed": 1.0},
            times={"read": time.perf_counter() - began},
        )
    truth = described.truth
    if described.label_only:
        truth = drop_unfounded_labels(truth, "\n".join(pages.values()))
    unjudged = len(described.truth.model_fields_set - truth.model_fields_set)
    return judge_document(case, read, judge_metadata(read, truth), unjudged=unjudged, seconds=seconds)


def judge_document(
    case: MetadataCase,
    read: DocumentMetadata,
    judged: Sequence[JudgedField],
    *,
    unjudged: int = 0,
    seconds: float = 0.0,
) -> Case:
    """Build the case of a document. Its score is the share of its fields that are right."""
    measures: dict[str, float] = {"failed": 0.0, "unjudged": float(unjudged)}
    for each in judged:
        measures[f"{each.name}_judged"] = 1.0
        for outcome in Outcome:
            measures[f"{each.name}_{outcome.value}"] = float(each.outcome is outcome)
    source = read.sources.get("issuer")
    if "issuer_judged" in measures:
        sure = float(source is not None and source.confidence >= SURE)
        measures |= {"sure": sure, "sure_right": sure * measures["issuer_right"]}
    parties = _judge_parties(case, read)
    scored = [each for each in judged if each.name not in ("filing_date_near", "reported")]
    faults = [each for each in judged if each.outcome is not Outcome.RIGHT]
    return Case(
        id=case.id,
        kind=case.kind,
        score=sum(each.outcome is Outcome.RIGHT for each in scored) / len(scored) if scored else None,
        reason="; ".join(f"{each.name} {each.outcome.value}: {each.read!r} for {each.truth!r}" for each in faults)
        or "all fields are right",
        measures=measures | parties,
        trace={
            "faults": [_trace(each, read) for each in faults],
            "names": [_name(read, n) for n in range(len(read.names))],
        },
        times={"read_metadata": seconds},
    )


def _judge_parties(case: MetadataCase, read: DocumentMetadata) -> dict[str, float]:
    truth = by_role([(party.name, party.role) for party in case.described.truth.parties])
    if not truth:
        return {}
    found = by_role([(party.name, party.role.value) for party in read.parties])
    return {
        "parties": float(sum(map(len, truth.values()))),
        "parties_read": float(sum(len(found.get(role, ())) for role in truth)),
        "parties_found": float(sum(count_matches(found.get(role, ()), names) for role, names in truth.items())),
    }


def _trace(judged: JudgedField, read: DocumentMetadata) -> dict[str, object]:
    source = read.sources.get(judged.name)
    return {
        "field": judged.name,
        "outcome": judged.outcome.value,
        "read": judged.read,
        "truth": judged.truth,
        "quote": None if source is None else source.quote,
        "page": None if source is None else source.page,
        "origin": None if source is None else source.origin.value,
        "confidence": None if source is None else round(source.confidence, 3),
    }


def _name(read: DocumentMetadata, number: int) -> list[object]:
    name = read.names[number]
    return [name.name, name.kind.value, name.page, round(name.confidence, 3)]


SUITE = MetadataSuite()

"""Measures which documents are joined into one issuer, against their labels.

The data are folders of documents with their issuers (`evals.datasets.described`). Tags of filings are removed, so that
no CIK gives the answer away; the CIK is the filing's label. Documents are read as in the pipeline, and joined as for a
user who sees all of them: nothing is stored. Precision is the share of joined pairs of documents that have the same
label; recall is the share of pairs with the same label that are joined. Pairs across folders are not judged: their
labels may differ in spelling.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from uuid import UUID, uuid5

from app.core.errors import DocumentError
from app.documents.issuer_rows import describe_issuer
from app.documents.metadata import DocumentMetadata
from app.issuers.joining import join_records
from app.issuers.names import Issuer, NameRole, RecordName
from evals.datasets.described import Described, load_described
from evals.datasets.ixbrl import strip_tags
from evals.environment.reading import read_page_metadata, reading_pool
from evals.running.engine import Case, SuiteResult

_SPACE = UUID(int=0)


def bench_issuers(folders: Sequence[Path], notify: Callable[[str], None]) -> SuiteResult:
    """Read and join the documents of the folders. Raises DatasetError."""
    labelled = [
        (f"{number}/{each.cik or each.truth.issuer[0]}", each)
        for number, folder in enumerate(folders)
        for each in load_described(folder)
        if each.truth.issuer
    ]
    notify(f"Reading the metadata of {len(labelled)} documents")
    with tempfile.TemporaryDirectory() as folder, reading_pool() as pool:
        read = list(pool.map(read_plainly, [each for _, each in labelled], [Path(folder)] * len(labelled)))
    labels = [label for label, _ in labelled]
    return judge_issuers(labels, read)


def read_plainly(described: Described, folder: Path) -> DocumentMetadata | None:
    """Return a document's metadata, read without the tags of its file; None if it can't be read."""
    path = described.path
    if described.tagged:
        path = folder / f"{path.stem}.html"
        path.write_bytes(strip_tags(described.path.read_bytes(), path.name))
    try:
        return read_page_metadata(path)[1]
    except DocumentError:
        return None


def judge_issuers(labels: Sequence[str], read: Sequence[DocumentMetadata | None]) -> SuiteResult:
    """Join documents, and compare pairs of them with their labels, which begin with the number of their folder."""
    records = [_record(metadata, place) for place, metadata in enumerate(read)]
    issuers = join_records(_list_names(zip(records, read, strict=True)))
    of_record = {record: issuer for issuer in issuers for record in issuer.ids}
    found = [of_record.get(record) for record in records]
    counts: Counter[str] = Counter()
    for one, other in combinations(range(len(labels)), 2):
        if labels[one].split("/")[0] == labels[other].split("/")[0]:
            same, joined = labels[one] == labels[other], found[one] is not None and found[one] is found[other]
            counts["right"] += same and joined
            counts["joined"] += joined
            counts["same"] += same
    cases = [_case(label, labels, found) for label in sorted(set(labels))]
    metrics = {
        "pair_precision": counts["right"] / counts["joined"] if counts["joined"] else 1.0,
        "pair_recall": counts["right"] / counts["same"] if counts["same"] else 1.0,
        "pairs_joined_wrongly": float(counts["joined"] - counts["right"]),
        "pairs_not_joined": float(counts["same"] - counts["right"]),
        "documents": float(len(labels)),
        "documents_unread": float(sum(metadata is None for metadata in read)),
    }
    return SuiteResult(metrics=metrics, cases=cases)


def _case(label: str, labels: Sequence[str], found: Sequence[Issuer | None]) -> Case:
    """Build the case of a label: 1 if its documents, and no others, are one issuer."""
    own = {place for place, each in enumerate(labels) if each == label}
    issuers = {issuer.id: issuer for place in own if (issuer := found[place]) is not None}
    folder = label.partition("/")[0]
    joined = {
        place
        for place, issuer in enumerate(found)
        if issuer is not None and issuer.id in issuers and labels[place].partition("/")[0] == folder
    }
    shown = "; ".join(issuer.name for issuer in issuers.values())
    return Case(label, float(len(issuers) == 1 and joined == own), shown)


def _record(metadata: DocumentMetadata | None, place: int) -> UUID:
    key = None if metadata is None else describe_issuer(metadata)["key"]
    return uuid5(_SPACE, str(place) if key in (None, "document") else key)


def _list_names(read: Iterable[tuple[UUID, DocumentMetadata | None]]) -> list[RecordName]:
    counts: dict[tuple[UUID, str, str, str, str, str | None], int] = defaultdict(int)
    for record, metadata in read:
        for row in [] if metadata is None else describe_issuer(metadata)["rows"]:
            counts[record, row["role"], row["kind"], row["form"], row["text"], row["link"]] += 1
    return [
        RecordName(record, NameRole(role), kind, form, text, link, documents)
        for (record, role, kind, form, text, link), documents in counts.items()
    ]

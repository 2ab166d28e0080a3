"""Measures how recall falls when ten times as many documents of other issuers stand around those that are asked about.

The documents and questions are those of a question set. Each document is copied ten times under the names of fictional
issuers: its chunks, vectors and terms are the same, so the copies have all words of the questions but the issuer that
the documents' metadata names. The copies are in a collection of their own. A reader of the documents alone and a reader
of both are asked the same questions.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.client.api import ApiClient
from app.core.principal import Principal
from app.db.session import Database, build_engine, system_principal
from app.documents.issuers import normalise_issuer
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.service import RetrievalService
from app.stack.founding import ensure_admin
from app.stack.home import Home
from evals.bench.filtered_tenant import copy_document
from evals.bench.filtered_texts import ISSUERS
from evals.bench.setting import BenchSetting, BenchWork
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.stacks import running_stack
from evals.environment.store import Asker, Store, ensure_asker, open_store
from evals.environment.watching import COLLECTION
from evals.running.engine import Case, SuiteResult
from evals.suites.retrieval import PASSAGES, distinct_pages, measure_pages

COPIES = 10
OTHERS = "others"
MEASURES = ("recall@5", "recall@10", "doc@1")
_LONG_MS = 3_600_000
_RENAME = text(
    "UPDATE documents SET issuer = :issuer, issuer_key = :key, issuer_aliases = NULL, collection_id = :collection, "
    "title = concat_ws(' ', CAST(:issuer AS text), document_type, fiscal_year) WHERE id = :id"
)
_SUFFIXES = ("", " Holdings", " Partners")


def bench_scale(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Run the benchmark. Raises DataMissingError, DatasetError, and the errors of `Stack.start`."""
    cases = load_questions(work.files[0].parent.parent).cases
    home = Home.at(Path(f"{work.home.path}-scale"))
    with (
        running_stack(home, notify=setting.notify) as stack,
        open_store(stack, work.files, notify=setting.notify, place=COLLECTION) as store,
    ):
        among = _ensure_others(setting, store)
        alone = [_measure(store, store.principal, case) for case in cases]
        together = [_measure(store, among.principal, case) for case in cases]
    metrics = {
        f"{name}_{where}": float(np.mean([each[name] for each in measured]))
        for name in MEASURES
        for where, measured in (("alone", alone), ("among_others", together))
    }
    falls = {f"{name}_falls_by": metrics[f"{name}_alone"] - metrics[f"{name}_among_others"] for name in MEASURES}
    return SuiteResult(
        metrics={**metrics, **falls, "questions": float(len(cases)), "copies": float(COPIES)},
        cases=[
            Case(case.id, after["recall@10"], f"recall@10 {before['recall@10']:.2f} alone", dict(after))
            for case, before, after in zip(cases, alone, together, strict=True)
        ],
    )


def _measure(store: Store, principal: Principal, case: QuestionCase) -> dict[str, float]:
    service = RetrievalService(database=store.database, embedder=WordLlamaEmbedder())
    found = service.search(principal, case.question, k=PASSAGES)
    others = {passage.document_id: (str(passage.document_id),) for passage in found.passages}
    pages = distinct_pages(found.passages, {**others, **store.names})
    first = bool(pages) and not case.evidence_documents().isdisjoint(pages[0][0])
    return {**measure_pages(pages, case.evidence_pages()), "doc@1": float(first)}


def _ensure_others(setting: BenchSetting, store: Store) -> Asker:
    """Copy the documents, unless an earlier run has. Return a user who may read them and the copies."""
    stack, home = store.stack, store.stack.home
    with ApiClient(url=stack.url, key=ensure_admin(home, stack.database_url("owner"))) as client:
        own, others = client.ensure_collection(COLLECTION).id, client.ensure_collection(OTHERS).id
        is_new = home.read_secret("copied") is None
        reader = ensure_asker(home, stack, client, others)
        if is_new:
            client.grant(collection_id=own, user_id=str(reader.principal.user_id))
            setting.notify(f"Copying {len(store.files)} documents {COPIES} times")
            _copy(store, UUID(others))
            home.write_secret("copied", "yes")
    return reader


def _copy(store: Store, collection: UUID) -> None:
    engine = build_engine(
        store.stack.database_url("worker"), pool_size=1, statement_timeout_ms=_LONG_MS, application_name="bench-worker"
    )
    worker = Database(engine=engine)
    issuers: dict[str, int] = {}
    try:
        for document in store.files:
            with worker.transaction(system_principal(store.principal.tenant_id)) as session:
                key = session.scalar(text("SELECT issuer_key FROM documents WHERE id = :id"), {"id": document})
                number = issuers.setdefault(key or "", len(issuers))
                names = list(_names_of(number))
                for copy, name in zip(copy_document(session, document, times=COPIES), names, strict=True):
                    renamed = {"id": copy, "issuer": name, "key": normalise_issuer(name), "collection": collection}
                    session.execute(_RENAME, renamed)
    finally:
        worker.close()


def _names_of(issuer: int) -> Iterator[str]:
    """Yield the fictional issuers of the copies of an issuer's documents. Other issuers' copies have others."""
    for number in range(issuer * COPIES, (issuer + 1) * COPIES):
        yield ISSUERS[number % len(ISSUERS)] + _suffix(number // len(ISSUERS))


def _suffix(number: int) -> str:
    names: Sequence[str] = _SUFFIXES
    return names[number] if number < len(names) else f" {number}"

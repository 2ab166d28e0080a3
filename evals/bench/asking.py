"""Measures the milliseconds that a search needs to find a question's sources, with four questions at once, and those of
a whole answer to a question for a figure, one at a time: search, ledger, arithmetic, verification, and the record.

No model is called.
"""

import gc
import json
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import text

from app.answers.computing.grammar import read_requests
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.main import GC_OBJECTS
from app.retrieval.service import RetrievalService
from evals.bench.ingesting import sha256_mib_per_second
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.answering import build_asking
from evals.environment.stacks import running_stack
from evals.environment.store import Store, open_store
from evals.environment.watching import COLLECTION
from evals.running.engine import Case, SuiteResult

ASKERS = 4
ROUNDS = 3
K = 12
WARM_UP = 5
METRICS = (
    "total revenue",
    "capital expenditures",
    "gross margin",
    "effective tax rate",
    "net cash provided by operating activities",
    "total current liabilities",
    "long-term debt",
    "dividends paid",
)


def bench_ask(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Run the benchmark. Raises the errors of `Stack.start`."""
    with (
        running_stack(work.home, notify=setting.notify) as stack,
        open_store(stack, work.files, notify=setting.notify, place=COLLECTION) as store,
    ):
        questions = find_questions_beside(work.files) or make_questions(store)
        service = RetrievalService(database=store.database, embedder=WordLlamaEmbedder())
        for question in questions[: 2 * ASKERS]:
            service.search(store.principal, question, k=K)  # warms up connections and caches
        setting.notify(f"Asking {len(questions)} questions, {ROUNDS} times, {ASKERS} at once")
        alone = [_ask(service, store, question) for question in questions]
        together = ask_at_once(service, store, questions * ROUNDS)
        gc.freeze()  # as the API does when it starts
        gc.set_threshold(GC_OBJECTS)
        figures, of_cpu = _ask_for_figures(store, [question for question in questions if read_requests(question)])
    milliseconds = [seconds * 1000 for _, seconds, _ in together]
    metrics = {
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
        "alone_p50_ms": statistics.median(seconds for _, seconds, _ in alone) * 1000,
        "figure_p50_ms": float(np.percentile(figures, 50)) if figures else 0.0,
        "figure_p95_ms": float(np.percentile(figures, 95)) if figures else 0.0,
        "figure_cpu_p50_ms": float(np.percentile(of_cpu, 50)) if of_cpu else 0.0,
        "figure_cpu_p95_ms": float(np.percentile(of_cpu, 95)) if of_cpu else 0.0,
        "figure_questions": float(len(figures)),
        "questions": float(len(together)),
        "documents": float(len(store.files)),
        "reference_sha256_mib_per_second": sha256_mib_per_second(),
    }
    return SuiteResult(
        metrics=metrics,
        cases=[
            Case(f"{number:04d}", seconds * 1000, f"{found} passages", {"question": question})
            for number, (question, seconds, found) in enumerate(together)
        ],
    )


def ask_at_once(service: RetrievalService, store: Store, questions: Sequence[str]) -> list[tuple[str, float, int]]:
    """Ask all questions, `ASKERS` at a time; return (question, seconds, number of passages) in order of completion."""
    pending, lock, asked = iter(questions), threading.Lock(), list[tuple[str, float, int]]()

    def take() -> str | None:
        with lock:
            return next(pending, None)

    def work() -> None:
        while (question := take()) is not None:
            asked.append(_ask(service, store, question))

    threads = [threading.Thread(target=work) for _ in range(ASKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return asked


def _ask(service: RetrievalService, store: Store, question: str) -> tuple[str, float, int]:
    started = time.perf_counter()
    result = service.search(store.principal, question, k=K)
    return question, time.perf_counter() - started, len(result.passages)


def _ask_for_figures(store: Store, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Answer questions for figures without a model, one after another; return the milliseconds of each, and those of
    this process's CPU, which depend less on what else the machine does.
    """
    asking = build_asking(store.database, chat=None)
    for question in questions[:WARM_UP]:
        asking.ask(store.principal, question)
    taken, of_cpu = [], []
    for question in questions:
        started = time.process_time()
        taken.append(asking.ask(store.principal, question).seconds * 1000)
        of_cpu.append((time.process_time() - started) * 1000)
    return taken, of_cpu


def make_questions(store: Store) -> list[str]:
    """Return three questions per issuer about its latest fiscal year, or one per metric if no issuer is known."""
    with store.database.transaction(store.principal) as session:
        rows = session.execute(
            text(
                "SELECT issuer, max(fiscal_year) FROM documents WHERE issuer IS NOT NULL AND fiscal_year IS NOT NULL "
                "GROUP BY issuer ORDER BY issuer"
            )
        ).all()
    return list(_phrased(rows)) or [f"What was the {metric}?" for metric in METRICS]


def _phrased(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    for number, (issuer, year) in enumerate(rows):
        for step in range(3):
            yield f"What was {issuer}'s {METRICS[(number + step * 3) % len(METRICS)]} in FY{year}?"


def find_questions_beside(files: Sequence[Path]) -> list[str]:
    """Return the questions in `questions.jsonl` next to the documents' folder, or [] if the file does not exist."""
    path = files[0].parent.parent / "questions.jsonl"
    if not path.is_file():
        return []
    return [str(json.loads(line)["question"]) for line in path.read_text().splitlines() if line.strip()]

"""Latency: the time to answer a question over HTTP, by stage, with 1, 4 or 16 questions at once.

The data is a question set. Times are measured from the question to the sources (understanding and search), to the first
sentence (drafting and verifying), and to the whole answer (including its storage). The gate does not compare them,
because they differ between runs and machines.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.settings import Settings
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.context import SuiteContext, Used
from evals.environment.store import describe_space, open_question_store
from evals.running.engine import Case, Suite

AT_ONCE = (1, 4, 16)
WARM_UP = 4
STAGES = ("sources", "first_sentence", "total")
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class LatencyCase:
    """A question, and the number of questions that run at the same time (`at_once`)."""

    id: str
    kind: str
    at_once: int
    question: QuestionCase


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from the question to each event. If the question failed, `problem` contains a status or an error name."""

    sources: float | None
    first_sentence: float | None
    total: float
    problem: str = ""


@dataclass(slots=True)
class LatencyScoring:
    """Implements `Scoring`. The first score at a level of concurrency asks all questions of that level."""

    client: httpx.Client
    cases: Sequence[LatencyCase]
    used: Used
    _timed: dict[str, list[Timed]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def score(self, case: LatencyCase) -> Case:
        with self._lock:
            if not self._timed.get(case.id):
                self._ask_all(case.at_once)
            timed = self._timed[case.id].pop(0)
        if timed.problem:
            return Case(case.id, None, f"not answered: {timed.problem}", measures={"failed": 1.0})
        seconds = {"sources": timed.sources, "first_sentence": timed.first_sentence, "total": timed.total}
        measures = {f"{name}_ms": None if value is None else round(value * 1000, 3) for name, value in seconds.items()}
        return Case(
            id=case.id,
            score=-timed.total,
            reason=f"answered in {timed.total * 1000:.0f} ms",
            measures={**measures, "failed": 0.0},
            trace={"question": case.question.question},
            times={name: value for name, value in seconds.items() if value is not None},
        )

    def _ask_all(self, at_once: int) -> None:
        level = [case for case in self.cases if case.at_once == at_once]
        for case in level[:WARM_UP]:
            ask_timed(self.client, case.question.question)
        with ThreadPoolExecutor(at_once, thread_name_prefix="asker") as pool:
            timed = pool.map(lambda case: ask_timed(self.client, case.question.question), level)
            for case, found in zip(level, timed, strict=True):
                self._timed.setdefault(case.id, []).append(found)


class LatencySuite(Suite[LatencyCase]):
    name = "latency"
    version = "1"
    purpose = "milliseconds to sources, first sentence and whole answer, 1, 4 and 16 questions at once"
    parallel = False
    metrics = (
        MetricSpec(name="p50_ms", of=("total_ms",), how=Aggregate.PERCENTILE, percentile=50, better=Better.LOWER),
        MetricSpec(name="p95_ms", of=("total_ms",), how=Aggregate.PERCENTILE, percentile=95, better=Better.LOWER),
        *(
            MetricSpec(
                name=f"{stage}_p{percentile}_ms",
                of=(f"{stage}_ms",),
                how=Aggregate.PERCENTILE,
                percentile=percentile,
                better=Better.LOWER,
            )
            for stage in STAGES[:2]
            for percentile in (50, 95)
        ),
        MetricSpec(name="failed", of=("failed",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
    )

    def load(self, data: Path) -> Sequence[LatencyCase]:
        questions = load_questions(data).cases
        return [
            LatencyCase(f"{question.id}/{count}", f"{count}-at-once", count, question)
            for count in AT_ONCE
            for question in questions
        ]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[LatencyCase]) -> Iterator[LatencyScoring]:
        with open_question_store(context) as store:
            headers = {"Authorization": f"Bearer {store.asker.key}", "Accept": "text/event-stream"}
            with httpx.Client(base_url=store.stack.url, headers=headers, timeout=_SECONDS, trust_env=False) as client:
                context.notify(f"Asking {len(cases)} times of {len(store.files)} documents over HTTP")
                model = Settings().chat.model or None
                yield LatencyScoring(client, cases, Used(describe_space(WordLlamaEmbedder().space), model))


def ask_timed(client: httpx.Client, question: str) -> Timed:
    """Ask over HTTP and time the events as they arrive (Server-sent events, WHATWG HTML § 9.2)."""
    seen: dict[str, float] = {}
    began = time.perf_counter()
    try:
        with client.stream("POST", "/v1/questions", json={"question": question}) as response:
            if not response.is_success:
                return Timed(None, None, time.perf_counter() - began, problem=str(response.status_code))
            for line in response.iter_lines():
                name = line.removeprefix("event: ")
                if name != line:
                    seen.setdefault(name.strip(), time.perf_counter() - began)
    except httpx.TransportError as error:
        return Timed(None, None, time.perf_counter() - began, problem=type(error).__name__)
    if "done" not in seen:
        return Timed(None, None, time.perf_counter() - began, problem="the answer did not end")
    return Timed(seen.get("sources"), seen.get("claim"), seen["done"])


SUITE = LatencySuite()

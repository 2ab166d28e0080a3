"""Published runs for the evaluation pages, with hostile texts and odd names."""

from datetime import datetime, timedelta, timezone

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.evaluations.records import (
    CaseRecord,
    CaseTiming,
    Conditions,
    EvalRunStatus,
    RunManifest,
    RunRecord,
    Selection,
)
from evals.running.runner import summarise

METRICS = (
    MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
    MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER),
    MetricSpec(name="citation_precision", of=("precision",)),
)
ODD_ID = "notes/2031#4 <b>&?"
QUOTE = "Total long-term debt was $412 million"
HOSTILE = "<script>document.title='taken'</script>"


def make_case(case_id: str, place: int, score: float | None) -> CaseRecord:
    right = None if score is None else float(score > 0)
    documents = [f"an-annual-report-of-a-rather-long-name-{place}.pdf"]
    return CaseRecord(
        id=case_id,
        kind="figure" if place % 2 else "passage",
        score=score,
        reason=f"the answer is {'right' if right else 'not right'} {HOSTILE}",
        measures={"right": right, "wrong": None if right is None else 1 - right, "precision": right},
        details={"verdict": "right" if right else "wrong", "evidence": [[documents[0], 3]]},
        trace={
            "question": f"What was the long-term debt of year {place}?",
            "status": "answered",
            "understood": {"metric": "long-term debt", "year": 2000 + place},
            "retrieved": [
                {"rank": rank, "documents": documents, "page": rank + 1, "kind": "table", "heading": "Borrowings"}
                for rank in range(1, 6)
            ],
            "claims": [
                {
                    "text": "Long-term debt was $412 million.",
                    "citations": [{"documents": documents, "page": 3, "from": 0, "to": 37, "quote": QUOTE}],
                }
            ],
            "dropped": [{"text": f"Debt fell {HOSTILE}", "reason": "quote-not-found"}],
        },
    )


def make_run(run_id: str, scores: dict[str, float | None], *, day: int) -> RunRecord:
    manifest = RunManifest(
        id=run_id,
        suite="answers",
        suite_version="1",
        purpose="right, wrong and declined answers",
        status=EvalRunStatus.DONE,
        started_at=datetime(2026, 3, 1, 5, tzinfo=timezone(timedelta(hours=5))) + timedelta(days=day),
        selection=Selection(),
        conditions=Conditions(
            commit="0123456789abcdef",
            dirty=True,
            data_digest="d" * 64,
            data_name="questions",
            settings_digest="s" * 64,
            embedding_space="wordllama-l2-supercat/256/1",
            model="a-model",
            parameters={"temperature": 0.0},
            cores=2,
        ),
        metrics=METRICS,
    )
    cases = tuple(make_case(case_id, place, score) for place, (case_id, score) in enumerate(scores.items()))
    timings = tuple(CaseTiming(id=case.id, seconds=0.5, times={"answer": 0.25}) for case in cases)
    return RunRecord(manifest=summarise(manifest, EvalRunStatus.DONE, cases, timings), cases=cases, timings=timings)

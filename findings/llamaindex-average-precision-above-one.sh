#!/usr/bin/env bash
# llama-index's AveragePrecision and NDCG count a document each time that it is retrieved, and so exceed 1.
#
# Hurts: several passages are labelled with the same page. A change that returns one page three times appears to be
# better than one that finds three pages.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install llama-index-core==0.14.25
observe 2>/dev/null <<'PY'
from llama_index.core.evaluation.retrieval.metrics import NDCG, AveragePrecision, Precision, Recall
from observation import compare, show_versions

show_versions("llama-index-core")


def score(expected: list[str], retrieved: list[str]) -> dict[str, float]:
    return {
        metric.__name__: round(metric().compute(expected_ids=expected, retrieved_ids=retrieved).score, 3)
        for metric in (AveragePrecision, NDCG, Precision, Recall)
    }


compare(
    expected="no score exceeds 1, and page 1 three times is no better than pages 1, 2 and 3",
    seen=[score(["page 1"], ["page 1"] * 3), score(["page 1", "page 2", "page 3"], ["page 1", "page 2", "page 3"])],
    recorded=[
        {"AveragePrecision": 3.0, "NDCG": 2.131, "Precision": 1.0, "Recall": 1.0},
        {"AveragePrecision": 1.0, "NDCG": 1.0, "Precision": 1.0, "Recall": 1.0},
    ],
)
PY

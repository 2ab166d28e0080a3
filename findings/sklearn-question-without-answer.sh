#!/usr/bin/env bash
# scikit-learn's label_ranking_average_precision_score counts a question without any relevant passage as 1, the best
# score; ndcg_score counts it as 0.
#
# Hurts: each question whose passage is missing from the index raises the mean of a search: 0.33 becomes 0.67.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install scikit-learn==1.9.1
observe <<'PY'
from observation import compare, show_versions
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

show_versions("scikit-learn")
SCORES = [0.9, 0.5, 0.1]
THIRD_IS_RELEVANT, NONE_IS_RELEVANT = [0, 0, 1], [0, 0, 0]


def figures(*questions):
    return [
        round(float(measure(questions, [SCORES] * len(questions))), 2)
        for measure in (label_ranking_average_precision_score, ndcg_score)
    ]


compare(
    expected="a question that the search cannot answer does not raise either mean",
    seen={"one question": figures(THIRD_IS_RELEVANT), "two": figures(THIRD_IS_RELEVANT, NONE_IS_RELEVANT)},
    recorded={"one question": [0.33, 0.5], "two": [0.67, 0.25]},
)
PY

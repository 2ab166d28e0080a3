#!/usr/bin/env bash
# pytrec_eval returns no score for a question without any result, so that the mean of its scores is too high;
# ir_measures counts the question as 0.
#
# Hurts: a search that finds nothing for half of the questions has a mean reciprocal rank of 1.0, better than a search
# that answers all of them.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install pytrec-eval-terrier==0.5.11 ir-measures==0.4.3
observe <<'PY'
from statistics import mean

import ir_measures
from observation import compare, show_versions
from pytrec_eval import RelevanceEvaluator

show_versions("pytrec-eval-terrier", "ir-measures")
right = {"question 1": {"page 1": 1}, "question 2": {"page 7": 1}}
run = {"question 1": {"page 1": 2.0}}  # no page was found for question 2
scores = RelevanceEvaluator(right, {"recip_rank"}).evaluate(run)
compare(
    expected="a mean reciprocal rank of 0.5 from both",
    seen={
        "pytrec_eval": mean(score["recip_rank"] for score in scores.values()),
        "ir_measures": ir_measures.calc_aggregate([ir_measures.RR], right, run)[ir_measures.RR],
    },
    recorded={"pytrec_eval": 1.0, "ir_measures": 0.5},
)
PY

#!/usr/bin/env bash
# ir_measures sorts documents with equal scores by ID, in reverse alphabetical order, not in the order of the results.
#
# Hurts: if the best passages of a run have equal scores, renaming documents changes the run's figures.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install ir-measures==0.4.3
observe <<'PY'
import ir_measures
from ir_measures import RR, P, nDCG
from observation import compare, show_versions

show_versions("ir-measures")


def measure(relevant):
    run = {"question": {"a": 1.0, "b": 1.0, "c": 1.0}}
    found = ir_measures.calc_aggregate([RR, P @ 1, nDCG @ 1], {"question": {relevant: 1}}, run)
    return {str(name): round(float(value), 2) for name, value in found.items()}


compare(
    expected="1 for all three: the relevant document is the first that was returned",
    seen=dict(sorted(measure("a").items())),
    recorded={"P@1": 0.0, "RR": 0.33, "nDCG@1": 0.0},
)
compare(
    expected="RR is 0.33 and the others are 0: the relevant document is the last that was returned",
    seen=dict(sorted(measure("c").items())),
    recorded={"P@1": 1.0, "RR": 1.0, "nDCG@1": 1.0},
)
PY

#!/usr/bin/env bash
# ranx: with min-max, the default norm of fuse(), the only hit of one retriever scores 0, like the worst hit of the
# other one.
#
# Hurts: the only passage with the exact words of the search is ranked last, below all passages of the vector search.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install ranx==0.3.21
observe 2>/dev/null <<'PY'
from inspect import signature

from observation import compare, show_versions
from ranx import Run, fuse

show_versions("ranx")
by_vector = Run({"question": {"page 1": 3.0, "page 2": 2.0, "page 3": 1.0}})
by_words = Run({"question": {"page 9": 7.5}})
fused = fuse([by_vector, by_words], method="sum").to_dict()["question"]
compare(
    expected="the best hit of each retriever scores alike",
    seen={"norm": signature(fuse).parameters["norm"].default, **fused},
    recorded={"norm": "min-max", "page 1": 1.0, "page 2": 0.5, "page 3": 0.0, "page 9": 0.0},
)
PY

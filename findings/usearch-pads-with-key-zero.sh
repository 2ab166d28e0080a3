#!/usr/bin/env bash
# usearch: the result of a batch of queries has fixed width; if an index has fewer vectors, the keys are filled up with
# 0, which is the key of a document.
#
# Hurts: document 0 appears several times among the hits of each question, even after it was removed from the index.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install usearch==2.26.6 numpy==2.4.6
observe <<'PY'
import numpy as np
from observation import compare, show_versions
from usearch.index import Index

show_versions("usearch")
index = Index(ndim=3, dtype="f32")
index.add(np.arange(3), np.eye(3, dtype=np.float32))
index.remove(0)
found = index.search(np.eye(3, dtype=np.float32)[1:], 4)
compare(
    expected="the keys 1 and 2, and a value that is no key (such as -1) for the rest",
    seen={"keys": found.keys.tolist(), "counts": found.counts.tolist(), "0 is in the index": 0 in index},
    recorded={"keys": [[1, 2, 0, 0], [2, 1, 0, 0]], "counts": [2, 2], "0 is in the index": False},
)
PY

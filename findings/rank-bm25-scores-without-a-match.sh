#!/usr/bin/env bash
# rank_bm25: BM25Plus gives positive scores to documents without any query word; BM25Okapi scores 0 if half of the
# documents have the word.
#
# Hurts: a search that keeps documents with a score above 0 returns all documents (BM25Plus), or misses those that match
# (BM25Okapi).
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install rank-bm25==0.2.2 numpy==2.4.6
observe <<'PY'
from observation import compare, show_versions
from rank_bm25 import BM25Okapi, BM25Plus

show_versions("rank-bm25")
documents = [["leverage", "covenant"], ["revenue", "growth"], ["dividend", "policy"], ["capital", "lease"]]


def scores(index, word):
    return [round(float(score), 2) for score in index.get_scores([word])]


compare(
    expected="BM25Plus: 0 for the three documents without the word",
    seen=scores(BM25Plus(documents), "leverage"),
    recorded=[3.22, 1.61, 1.61, 1.61],
)
compare(
    expected="BM25Okapi: the document with the word scores above the other",
    seen=scores(BM25Okapi(documents[:2]), "leverage"),
    recorded=[0.0, 0.0],
)
PY

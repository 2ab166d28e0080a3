#!/usr/bin/env bash
# chromadb: upsert() replaces a document's text and vector, but merges its metadata: a field that the new version lacks
# keeps its old value.
#
# Hurts: a final report that replaces its draft still has "draft" and is filtered out, or shown under the old quarter.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install chromadb==1.5.9
observe <<'PY'
import chromadb
from observation import compare, show_versions

show_versions("chromadb")
reports = chromadb.EphemeralClient().create_collection("reports", embedding_function=None)
reports.upsert(ids=["report"], embeddings=[[1, 0]], documents=["Draft"], metadatas=[{"draft": True, "year": 2024}])
reports.upsert(ids=["report"], embeddings=[[0, 1]], documents=["Final"], metadatas=[{"year": 2024}])
found = reports.get(ids=["report"])
compare(
    expected="the text 'Final' with {'year': 2024}",
    seen=[found["documents"][0], dict(sorted(found["metadatas"][0].items()))],
    recorded=["Final", {"draft": True, "year": 2024}],
)
PY

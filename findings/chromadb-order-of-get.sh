#!/usr/bin/env bash
# chromadb: get() with a list of IDs returns the documents in the order in which they were added, not in that of the
# list.
#
# Hurts: code that pairs the IDs of ranked hits with the returned texts cites each passage under another one's ID.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install chromadb==1.5.9
observe <<'PY'
import chromadb
from observation import compare, show_versions

show_versions("chromadb")
passages = chromadb.EphemeralClient().create_collection("passages", embedding_function=None)
passages.add(
    ids=["page-1", "page-2", "page-3"],
    embeddings=[[1, 0], [0, 1], [1, 1]],
    documents=["Cover", "Risks", "Debt"],
)
compare(
    expected="['page-3', 'page-1', 'page-2'] with ['Debt', 'Cover', 'Risks']",
    seen=[passages.get(ids=["page-3", "page-1", "page-2"])[key] for key in ("ids", "documents")],
    recorded=[["page-1", "page-2", "page-3"], ["Cover", "Risks", "Debt"]],
)
PY

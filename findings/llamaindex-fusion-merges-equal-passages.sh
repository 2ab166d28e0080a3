#!/usr/bin/env bash
# llama-index: QueryFusionRetriever takes passages with equal text for one passage, although they are of different
# documents, and returns only one of them, in one mode with both scores added.
#
# Hurts: of two issuers with the same sentence (a covenant, a statement on controls) one is never cited; in the mode
# "reciprocal_rerank" the sentence overtakes better ones, because two documents have it.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install llama-index-core==0.14.25
observe 2>/dev/null <<'PY'
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import Document, NodeWithScore
from observation import compare, show_versions

show_versions("llama-index-core")
sentence = "There were no changes in internal control over financial reporting."
first, second, best = SentenceSplitter().get_nodes_from_documents(
    [Document(text=text, doc_id=name) for text, name in ((sentence, "A"), (sentence, "B"), ("The best.", "C"))]
)


class Fixed(BaseRetriever):
    def __init__(self, *hits: NodeWithScore) -> None:
        super().__init__()
        self.hits = list(hits)

    def _retrieve(self, query_bundle):
        return self.hits


def fuse(mode: str) -> list[str]:
    retrievers = [
        Fixed(NodeWithScore(node=best, score=0.9), NodeWithScore(node=first, score=0.5)),
        Fixed(NodeWithScore(node=second, score=0.4)),
    ]
    fused = QueryFusionRetriever(
        retrievers, llm=MockLLM(), num_queries=1, mode=mode, use_async=False, similarity_top_k=5
    )
    return [hit.node.ref_doc_id for hit in fused.retrieve("controls")]


modes = ("reciprocal_rerank", "relative_score", "dist_based_score", "simple")
compare(
    expected="the passages of the documents A, B and C",
    seen={mode: fuse(mode) for mode in modes},
    recorded={
        "reciprocal_rerank": ["B", "C"],
        "relative_score": ["C", "A"],
        "dist_based_score": ["A", "C"],
        "simple": ["C", "A"],
    },
)
PY

"""Thresholds between search plans, and limits of a search."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """Thresholds in numbers of visible chunks, and lengths of lists.

    likeliest_chunks: dense search covers only the likeliest documents if they have at most this many chunks.
    exact_chunks: up to this many chunks, all vectors are compared.
    compared_per_root: above `exact_chunks`, only the vectors with the nearest signatures are compared: of n chunks,
        this times √n. For a recall@100 of .99 on real filings, 12 to 14 times √n are needed (ADR 8).
    graph_chunks: from this many chunks on, the tenant's graph is searched, if it has one. With 33,000, signatures take
        as long at the same recall (ADR 8).
    walk_breadth: the graph search's number of candidates (HNSW's ef): pgvector's maximum, because 300 found .985 of the
        nearest 100 chunks of real filings, and 1,000 found .998 (ADR 8).
    walked_share: the graph is used only if at least this share of its chunks is visible, because a search also passes
        through hidden chunks.
    most_postings: above this many postings, the question's most common terms are ignored.
    most_scanned: the maximum number of rows scanned by a graph search.
    list_length: the minimum length of a ranked list.
    statement_documents, statement_pages: the number of documents searched for statement pages, and of pages returned.
    least_sure: the minimum confidence of a statement page.
    """

    likeliest_chunks: int = 10_000
    exact_chunks: int = 3_000
    compared_per_root: float = 16.0
    graph_chunks: int = 50_000
    walk_breadth: int = 1_000
    walked_share: float = 0.25
    most_postings: int = 1_000_000
    most_scanned: int = 40_000
    list_length: int = 200
    statement_documents: int = 6
    statement_pages: int = 12
    least_sure: float = 0.4

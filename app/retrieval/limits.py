"""Where a search's plans change, and how far it goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """Where plans change, in chunks that the search may see, and how long lists are.

    Vectors are sought in the likeliest documents while these have `likeliest_chunks` at most, else in all. Up to
    `exact_chunks` vectors are compared one by one; over it only the `most_compared` whose signatures come nearest.
    From `graph_chunks` on the tenant's graph is walked, `walk_breadth` wide, if it has one and its chunks are
    `walked_share` at least: others' chunks are on the walk's way, whether they are seen or not. A walk brings
    `walked_part` of what a list may hold: the rest costs as much again, for places that hardly count. Up to
    `most_postings` postings are read; over it a question's commonest terms are left out. Pages count as a
    statement's from `least_sure` on.
    """

    likeliest_chunks: int = 10_000
    exact_chunks: int = 3_000
    most_compared: int = 800
    graph_chunks: int = 50_000
    walk_breadth: int = 300
    walked_share: float = 0.25
    walked_part: float = 0.5
    most_postings: int = 1_000_000
    most_scanned: int = 40_000
    list_length: int = 200
    statement_documents: int = 6
    statement_pages: int = 12
    least_sure: float = 0.4
